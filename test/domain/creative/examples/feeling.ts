import type { Examples } from './example.js';

export const FEELING: Examples = {
  superlative: {
    has: ['The best dog', 'The greatest dog', 'Most dogs'],
    lacks: ['An honest interest in the forest', 'A good test'],
  },
  negative_word: { has: ['A terrible dog', 'What is wrong'], lacks: ['A good dog', 'A badge'] },
  positive_word: { has: ['An amazing dog', 'We love dogs'], lacks: ['A bad dog', 'A glove'] },
  sadness: { has: ['It brought me to tears', 'It broke my heart'], lacks: ['A happy dog'] },
  anger: { has: ['It made me angry', 'An outrageous law'], lacks: ['A made bed', 'A happy dog'] },
  fear: { has: ['A scary dog', 'A dangerous law'], lacks: ['A happy dog'] },
  surprise: {
    has: ['A shocking law', 'You will not believe this', 'It is mind-blowing', 'A jaw-dropping dog'],
    lacks: ['A law'],
  },
  humour: { has: ['A hilarious dog', 'A comedian spoke'], lacks: ['A sad dog'] },
  death_or_illness: { has: ['He died', 'Her cancer is gone'], lacks: ['A diet of cookies'] },
  emphasis: { has: ['It is so good', 'It is totally fine'], lacks: ['It is fine'] },
  slang: { has: ["You're gonna like it", 'Hey, look'], lacks: ['You are going to like it'] },
  money: { has: ['It is about money', 'It costs $5'], lacks: ['It is about dogs'] },
};
