/** Writes plausible texts of ads for the sandbox: thousands of different ones, with varied attributes. */

import type { CreativeTexts } from '../../domain/creative/texts.js';
import type { Random } from '../random.js';

interface Product {
  brand: string;
  /** In the plural, e.g. "trail shoes". */
  things: string;
  /** One of them with its article. */
  one: string;
  people: string;
  /** What it does, as a verb phrase after "they". */
  does: readonly string[];
  /** What it spares people, as a noun phrase. */
  pain: readonly string[];
  /** When it counts, as a phrase of time or place. */
  moment: readonly string[];
  prices: readonly number[];
}

const PRODUCTS = {
  shoes: {
    brand: 'Ridgeline',
    things: 'trail shoes',
    one: 'a trail shoe',
    people: 'runners',
    does: ['grip on wet rock', 'dry in an hour', 'weigh less than an apple', 'last a thousand miles'],
    pain: ['sore knees', 'black toenails', 'wet feet'],
    moment: ['on the last mile', 'in the rain', 'after forty miles'],
    prices: [89, 119, 139],
  },
  coffee: {
    brand: 'Slowpour',
    things: 'coffee beans',
    one: 'a coffee',
    people: 'coffee lovers',
    does: ['taste of chocolate', 'arrive two days after roasting', 'come from one farm', 'wake you gently'],
    pain: ['bitter mornings', 'stale beans', 'burnt espresso'],
    moment: ['before the first meeting', 'on a slow Sunday', 'at six in the morning'],
    prices: [14, 18, 24],
  },
  mattresses: {
    brand: 'Nightfall',
    things: 'mattresses',
    one: 'a mattress',
    people: 'light sleepers',
    does: ['stay cool all night', 'carry your shoulders', 'swallow every movement', 'arrive in a box'],
    pain: ['back pain', 'hot nights', 'a partner who turns'],
    moment: ['at three in the morning', 'in a heat wave', 'after a long shift'],
    prices: [399, 649, 899],
  },
  lamps: {
    brand: 'Farlight',
    things: 'headlamps',
    one: 'a headlamp',
    people: 'climbers',
    does: ['shine for 200 hours', 'light up the whole trail', 'weigh 38 grams', 'survive a fall'],
    pain: ['dead batteries', 'dark descents', 'a flickering beam'],
    moment: ['on the way down', 'in a snowstorm', 'when the sun has gone'],
    prices: [29, 45, 69],
  },
  knives: {
    brand: 'Oakbend',
    things: 'kitchen knives',
    one: 'a kitchen knife',
    people: 'home cooks',
    does: ['stay sharp for a year', 'slice a ripe tomato', 'fit a small hand', 'never rust'],
    pain: ['crushed tomatoes', 'tears over onions', 'dull blades'],
    moment: ['on a Tuesday night', 'with guests at the door', 'while the water boils'],
    prices: [49, 79, 129],
  },
  plants: {
    brand: 'Leafward',
    things: 'house plants',
    one: 'a house plant',
    people: 'plant parents',
    does: ['forgive a dry month', 'grow in dark corners', 'clean the air', 'arrive in full leaf'],
    pain: ['brown leaves', 'empty corners', 'guilty consciences'],
    moment: ['in a dark hallway', 'while you travel', 'all winter'],
    prices: [15, 27, 39],
  },
  languages: {
    brand: 'Parley',
    things: 'language lessons',
    one: 'a language lesson',
    people: 'travellers',
    does: ['fit in a lunch break', 'begin with talking', 'stick in your memory', 'cost less than a coffee'],
    pain: ['grammar drills', 'awkward silences', 'forgotten words'],
    moment: ['before your flight', 'on the train', 'at the market in Lisbon'],
    prices: [9, 12, 19],
  },
  bags: {
    brand: 'Carryall',
    things: 'backpacks',
    one: 'a backpack',
    people: 'commuters',
    does: ['hold a laptop and a tent', 'keep rain out', 'open like a suitcase', 'sit on your hips'],
    pain: ['sore shoulders', 'soaked laptops', 'lost keys'],
    moment: ['on a crowded train', 'from desk to summit', 'in a downpour'],
    prices: [79, 99, 149],
  },
} satisfies Record<string, Product>;

export type ProductName = keyof typeof PRODUCTS;
export const PRODUCT_NAMES = Object.keys(PRODUCTS) as ProductName[];

type Slots = Record<
  'brand' | 'things' | 'one' | 'people' | 'does' | 'pain' | 'moment' | 'price' | 'count',
  string
>;

const HEADLINES: readonly ((slots: Slots) => string)[] = [
  ({ things, does }) => `${things} that ${does}`,
  ({ things, does, moment }) => `these ${things} ${does}, even ${moment}`,
  ({ pain }) => `tired of ${pain}?`,
  ({ pain, people }) => `why do so many ${people} put up with ${pain}?`,
  ({ people, things }) => `what ${people} wish they had known about ${things}`,
  ({ pain, brand }) => `how ${brand} puts an end to ${pain}`,
  ({ count, people, brand }) => `${count} ${people} have switched to ${brand}`,
  ({ things, price }) => `${things} from $${price}`,
  ({ one, moment }) => `the secret of ${one} you can trust ${moment}`,
  ({ pain }) => `say goodbye to ${pain}`,
  ({ moment, does }) => `she tried them ${moment}. they still ${does}`,
  ({ things, moment }) => `he laughed at our ${things} until he wore himself out ${moment}`,
  ({ does, moment }) => `they ${does} ${moment}, and you will see why`,
  ({ people, one }) => `we asked ${people} to break ${one}, and this is what happened next`,
  ({ things, pain }) => `good ${things} should not mean ${pain}`,
  ({ pain, moment }) => `no more ${pain} ${moment}`,
  ({ one, people }) => `meet ${one} made by ${people}`,
  ({ things, does }) => `watch the video: our ${things} ${does}`,
  ({ people, pain }) => `if you know ${people}, you know ${pain}`,
  ({ things }) => `five reasons to change your ${things}`,
  ({ brand, does }) => `${brand}: they ${does}`,
  ({ one, pain }) => `there is ${one} for everyone who is afraid of ${pain}`,
  ({ things, moment }) => `I never thought about my ${things} before I needed them ${moment}`,
  ({ people, things }) => `the most honest ${things} ${people} can buy`,
];

/** Put after a headline. Most headlines have none. */
const ENDINGS: readonly ((slots: Slots) => string)[] = [
  () => '',
  () => '',
  () => '',
  () => '',
  ({ price }) => `. Now $${price}`,
  () => ', or your money back',
  () => '. Really.',
  () => '!',
  () => '. Today only.',
  () => ', finally',
  ({ people }) => `, say ${people}`,
  () => ' \u{1F525}',
  () => '...',
  () => ' (and nothing else)',
];

const BODIES: readonly ((slots: Slots) => string)[] = [
  ({ brand, things, does }) => `${brand} ${things} ${does}.`,
  ({ count, people }) => `Loved by ${count} ${people}.`,
  ({ price }) => `From $${price}, with free shipping.`,
  () => 'Try them for 30 days, with free returns.',
  ({ pain }) => `Forget ${pain}.`,
  ({ moment }) => `You will notice it ${moment}.`,
  () => 'Shop now while supplies last.',
  () => 'Save 20% off this week.',
  () => 'Learn more on our page.',
  ({ people }) => `Made by ${people}, for ${people}.`,
  () => 'Our new line is here.',
  () => 'Rated 4.8 stars.',
  ({ does, moment }) => `They ${does} ${moment}, because we tested every one of them.`,
];

const COUNTS = ['2,000', '12,000', '40,000', 'thousands of'];
/** Sentences of a body. */
const MOST_SENTENCES = 3;

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)]!;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The texts of one ad. What it writes depends only on the draws. */
export function writeCopy(random: Random, name: ProductName = pick(random, PRODUCT_NAMES)): CreativeTexts {
  const product: Product = PRODUCTS[name];
  const slots: Slots = {
    brand: product.brand,
    things: product.things,
    one: product.one,
    people: product.people,
    does: pick(random, product.does),
    pain: pick(random, product.pain),
    moment: pick(random, product.moment),
    price: String(pick(random, product.prices)),
    count: pick(random, COUNTS),
  };
  const start = capital(pick(random, HEADLINES)(slots));
  const ending = pick(random, ENDINGS)(slots);
  const headline = /[?.]$/.test(start) && /^[.,!]/.test(ending) ? start : start + ending;
  const sentences = new Set<string>();
  const wanted = 1 + Math.floor(random.uniform() * MOST_SENTENCES);
  while (sentences.size < wanted) sentences.add(pick(random, BODIES)(slots));
  return {
    headline: random.uniform() < 0.1 ? titleCase(headline) : headline,
    body: [...sentences].join(' '),
    visualNotes: null,
    brands: [product.brand],
  };
}

/** Texts of one product that all differ: what a test compares. */
export function writeVariants(random: Random, count: number): CreativeTexts[] {
  const name = pick(random, PRODUCT_NAMES);
  const written = new Map<string, CreativeTexts>();
  while (written.size < count) {
    const copy = writeCopy(random, name);
    written.set(`${copy.headline}\n${copy.body}`, copy);
  }
  return [...written.values()];
}

function titleCase(text: string): string {
  return text.split(' ').map(capital).join(' ');
}
