import type { Examples } from './example.js';

export const OFFER: Examples = {
  price: {
    has: ['Yours for $19.99', 'Only 20 \u20ac', { body: 'It costs 30 dollars' }],
    lacks: ['20 reasons to buy', 'Dollars and sense'],
  },
  discount: {
    has: ['20% off everything', 'Our summer sale', 'Save $10 today', 'Half price shoes', 'Buy one, get one'],
    lacks: ['20% more protein', 'Save the whales', 'Wholesale love'],
  },
  percentage: { has: ['20% of dogs', '20 percent of dogs'], lacks: ['20 dogs', 'Percent of what'] },
  urgency: {
    has: ['Last chance to buy', 'Ends Sunday', 'Limited-time offer', "Don't miss it", 'Only 3 left'],
    lacks: ['The end of the world', 'It lasts for years'],
  },
  social_proof: {
    has: [
      'Loved by 10,000 customers',
      'Trusted by vets',
      'Our best-seller',
      'Rated 4.8/5',
      '\u2605\u2605\u2605\u2605\u2605',
    ],
    lacks: ['I love my customers', 'The best shoes'],
  },
  call_to_action: {
    has: ['Shop the sale now', 'Sign up', { body: 'Learn more.' }, 'Get started', 'Tap here'],
    lacks: ['The shop is closed', 'A sign of the times'],
  },
  free: {
    has: ['Free delivery', 'Get it for free'],
    lacks: ['Sugar-free gum', 'A free speech debate', 'Set free', 'Freedom'],
  },
  guarantee: {
    has: ['Money-back guarantee', '30 days or your money back', 'Cancel anytime', 'Risk free'],
    lacks: ['It takes money', 'A risk worth taking'],
  },
  new: { has: ['The new shoe', 'Introducing the shoe'], lacks: ['The old shoe', 'Good news'] },
  emoji: { has: ['So good \u{1f600}', 'I \u2764\ufe0f it'], lacks: ['So good :)', 'We are #1 \u2122'] },
  web_address: {
    has: ['See example.com', 'https://x.test/a'],
    lacks: ['See the example. Come', 'It ends.Then'],
  },
  brand_first: {
    has: [
      { headline: 'Acme shoes are here', brands: ['Acme'] },
      { headline: "Meet Acme's new shoe", brands: ['ACME'] },
      { headline: 'Now the Blue Bottle way', brands: ['Blue Bottle'] },
    ],
    lacks: [
      { headline: 'These are the shoes by Acme', brands: ['Acme'] },
      { headline: 'Acmeist poems', brands: ['Acme'] },
    ],
  },
  brand_named: {
    has: [
      { body: 'Made by Acme.', brands: ['Acme'] },
      { body: "Get Ben & Jerry's.", brands: ['Acme', 'Ben & Jerry\u2019s'] },
    ],
    lacks: [
      { body: 'Made by hand.', brands: ['Acme'] },
      { body: 'Acmeist poems.', brands: ['Acme', '&'] },
    ],
  },
};
