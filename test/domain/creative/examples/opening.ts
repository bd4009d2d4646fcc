import type { Examples } from './example.js';

export const OPENING: Examples = {
  starts_with_how: {
    has: ['How it works', '"How It Works"'],
    lacks: ['This is how it works', 'However it works'],
  },
  starts_with_why: { has: ['Why it works'], lacks: ['This is why'] },
  starts_with_what: {
    has: ['What it does', "What's in it"],
    lacks: ['See what it does', 'Whatever it does'],
  },
  starts_with_when: { has: ['When it works'], lacks: ['It works when it can'] },
  starts_with_who: { has: ['Who did it', "Who's there"], lacks: ['The man who did it'] },
  starts_with_if: { has: ['If it works, stay'], lacks: ['Stay if it works'] },
  starts_with_this_or_these: { has: ['This works', 'These work'], lacks: ['Why this works'] },
  starts_with_the: { has: ['The dog barked'], lacks: ['Then the dog barked'] },
  starts_with_a: { has: ['A dog barked', 'An old dog barked'], lacks: ['And a dog barked'] },
  starts_with_he_she_or_they: {
    has: ["He's back", 'They came', 'Her dog barked'],
    lacks: ['When he came', 'Here it is'],
  },
  starts_with_i: { has: ['I came', "I'm back", 'My dog barked'], lacks: ['When I came', 'It came'] },
  starts_with_there_or_its: {
    has: ["There's a dog", "It's back", 'Here it is'],
    lacks: ['Its', 'Is it there'],
  },
  starts_with_imperative: {
    has: ['Watch this dog', "Don't look down", 'Meet Rex'],
    lacks: ['Watching a dog', 'I watch a dog'],
  },
  starts_with_question_verb: {
    has: ['Is it safe?', 'Do you know this dog?'],
    lacks: ['It is safe?', 'Is it safe. Yes'],
  },
};
