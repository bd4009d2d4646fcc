import type { Examples } from './example.js';

export const PEOPLE: Examples = {
  he_or_his: {
    has: ["He'd like that", 'It was his dog', 'They asked him.'],
    lacks: ['The history of her', 'She came'],
  },
  she_or_her: { has: ["She's back", 'It was her dog'], lacks: ['Here and there', 'He came'] },
  they_or_their: { has: ["They're back", 'It was their dog'], lacks: ['The dog is there'] },
  i_or_my: { has: ["I'm back", 'It was my dog', 'They asked me'], lacks: ['It was Mary', 'In Paris'] },
  we_or_our: { has: ["We've won", 'It was our dog', 'They asked us'], lacks: ['It went by bus'] },
  you_or_your: { has: ["You're back", 'It was your dog'], lacks: ['A young dog'] },
  proper_name: {
    has: [
      'The day that Barack Obama danced with someone',
      'She watched J. K. Rowling and then Neil Gaiman read',
    ],
    lacks: ['The day that everyone danced with someone', 'Yesterday in Paris everyone danced'],
  },
  children: {
    has: ['The kids are fine', "A child's view", 'A 10-year-old boy'],
    lacks: ['A kidney for a man'],
  },
  women: { has: ['A woman spoke', "The women's march"], lacks: ['A man spoke'] },
  men: { has: ['A man spoke', 'These guys again'], lacks: ['A woman spoke', 'Many spoke'] },
  family: { has: ['Her parents knew', 'My brother and I'], lacks: ['A familiar face'] },
  people: { has: ['People are good', 'What everyone knows'], lacks: ['Dogs are good'] },
  someone_unnamed: {
    has: ['A man spoke', 'This brave young teacher spoke', 'One cop said no'],
    lacks: ['The man spoke', 'A dog barked'],
  },
};
