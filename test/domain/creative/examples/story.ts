import type { Examples } from './example.js';

export const STORY: Examples = {
  this_or_these: { has: ['Read this', 'These dogs'], lacks: ['Read that', 'A thesis'] },
  that_or_those: { has: ["That's it", 'Those dogs'], lacks: ['This is it'] },
  here_is: {
    has: ["Here's why", 'Here are the dogs', 'And here is why'],
    lacks: ['It is here', 'There is a dog'],
  },
  turn_in_time: {
    has: ['It was fine until it fell', 'Then it fell', 'After the fall'],
    lacks: ['It was fine before', 'In the afternoon'],
  },
  when_or_while: {
    has: ['When it fell', 'It sang while it fell', 'Before the fall'],
    lacks: ['It fell after that'],
  },
  names_the_medium: {
    has: ['This video is fine', 'See the photos', "A photo's story"],
    lacks: ['A photon is small', 'A story'],
  },
  what_happens_next: {
    has: [
      'What happens next is fine',
      'Look what he did',
      "You won't believe it",
      'Wait for it',
      'Find out how',
    ],
    lacks: ['What is this', 'It happens daily'],
  },
  unnamed_thing: {
    has: ['Something is wrong', 'The one thing that helps', 'The real reason it fell'],
    lacks: ['Things fall', 'A dog fell'],
  },
  reveals: { has: ['The truth about dogs', 'What it really is'], lacks: ['It is a dog'] },
  contrast: { has: ['It fell, but it lives', 'Try this instead'], lacks: ['A button for butter'] },
  reason: { has: ['It fell because of you', "Here's why"], lacks: ['It fell'] },
  seeing: { has: ['You have to see this', 'Watch it fall'], lacks: ['It seems fine', 'A wristwatcher'] },
  speaking: { has: ['What he said', 'Let me explain it'], lacks: ['What he did'] },
  first_time: { has: ['For the first time', 'The last time'], lacks: ['The second time', 'A firstborn'] },
  obligation: { has: ['You should go', 'You have to go', 'It must fall'], lacks: ['You have a dog to go'] },
  possibility: { has: ['It could fall', 'Maybe it falls'], lacks: ['It falls', 'In the month of June'] },
  negation: { has: ["Don't go", 'It is not fine', 'No dogs'], lacks: ['A knot', 'Now go'] },
  absolute: {
    has: ['All dogs', 'It never fell', 'Everything fell'],
    lacks: ['Some dogs fell', 'The ball fell'],
  },
  comparison: { has: ['Better than gold', 'More dogs'], lacks: ['Good as gold'] },
};
