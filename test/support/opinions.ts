/** A market whose truth is known, and a speaker who says what is true of it and what isn't. */
import type { CreativeField } from '../../src/domain/creative/ran-creative.js';
import { ATTRIBUTES } from '../../src/domain/creative/registry.js';
import type { Claim, ClaimSide } from '../../src/domain/insights/claim.js';

export type Draw = () => number;

/** Mulberry32: 0 to 1. */
export function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)]!;

type Fields = Partial<Record<CreativeField, string>>;

/** A sentence that an ad may have, the attribute that it gives the ad, and what is true of it if it works. */
interface Feature {
  attributeId: string;
  sentence: string;
  reason: string;
}

const FEATURES: readonly Feature[] = [
  { attributeId: 'free', sentence: 'Get a free pair today.', reason: 'A gift lowers the threshold' },
  {
    attributeId: 'guarantee',
    sentence: 'Money back within a month.',
    reason: 'The guarantee removes the risk',
  },
  { attributeId: 'new', sentence: 'Introducing thicker soles.', reason: 'News makes people look' },
  { attributeId: 'emoji', sentence: 'Made for skiing ⛷️', reason: 'The symbol stands out in the feed' },
  { attributeId: 'web_address', sentence: 'See woolly.com for sizes.', reason: 'The address builds trust' },
  { attributeId: 'call_to_action', sentence: 'Order yours before noon.', reason: 'It says what to do next' },
];

const HEADLINES = [
  'Cold feet at night?',
  'Wool socks for winter nights',
  'Why hikers changed their socks last winter',
  'The sock that stays where it is',
  'Watch what happens to these socks after 50 washes!',
  'My grandmother was right about wool',
] as const;
const BODIES = [
  'Soft wool from small farms, knitted in one piece.',
  'They keep their form and their warmth for years.',
  'Thin enough for shoes and warm enough for snow.',
  'Two sizes fit the whole family.',
] as const;

/** Reasons that fit any ad, each in the words of two days. */
export const OPINIONS: readonly (readonly [string, string])[] = [
  ['It creates a sense of urgency', 'A sense of urgency is created here'],
  ['The short headline is easy to read', 'Short headlines are easy to read'],
  ['It speaks directly to the reader', 'It directly speaks to its readers'],
  ['Emotional language builds a connection', 'The emotional language builds connection'],
  ['The clear benefit is stated up front', 'A clear benefit stands up front'],
  ['Concrete wording makes it believable', 'Its concrete wording is believable'],
  ['The tone is warm and friendly', 'A warm, friendly tone'],
  ['It arouses curiosity about the product', 'The product arouses curiosity'],
  ['It appeals to the fear of missing out', 'Fear of missing out is appealed to'],
  ['The product is shown as the hero', 'The product is the hero'],
  ['Its simple structure guides the eye', 'A simple structure that guides the eyes'],
  ['It promises comfort in a few words', 'Comfort is promised in few words'],
  ['It tells a small story', 'A small story is told'],
  ['The rhythm of the sentence is pleasant', 'Pleasant rhythm of its sentences'],
  ['It sets itself apart from competitors', 'It is set apart from its competitors'],
  ['The offer is easy to understand', 'An offer that is easily understood'],
];

export interface MarketPair {
  fields: Record<ClaimSide, Fields>;
  /** What made the winner win. */
  causes: Claim[];
}

/** Two ads of a market in which some features raise or lower the rate and the others do nothing. */
export function marketPair(draw: Draw): MarketPair {
  for (;;) {
    const effects = FEATURES.map(() => (draw() < 0.4 ? 0 : draw() - 0.4));
    const ads = [anAd(draw), anAd(draw)] as const;
    const worth = ads.map(({ has }) => has.reduce((sum, has, i) => sum + (has ? effects[i]! : 0), 0));
    if (worth[0] === worth[1] || ads[0].fields.headline === ads[1].fields.headline) continue;
    const [winner, loser] = worth[0]! > worth[1]! ? ads : [ads[1], ads[0]];
    const causes = FEATURES.flatMap(({ attributeId, sentence, reason }, i): Claim[] => {
      const effect = effects[i]!;
      if (effect === 0 || winner.has[i] === loser.has[i]) return [];
      const side: ClaimSide = winner.has[i] ? 'winner' : 'loser';
      if (effect > 0 !== (side === 'winner')) return [];
      return [claim({ text: reason, side, field: 'text', quote: sentence, attributeId })];
    });
    if (causes.length > 0) return { fields: { winner: winner.fields, loser: loser.fields }, causes };
  }
}

function anAd(draw: Draw): { fields: Fields; has: boolean[] } {
  const has = FEATURES.map(() => draw() < 0.35);
  const sentences = [
    pick(draw, BODIES),
    ...FEATURES.filter((_, i) => has[i]).map(({ sentence }) => sentence),
  ];
  return { fields: { headline: pick(draw, HEADLINES), text: sentences.join(' ') }, has };
}

/**
 * Claims drawn at random, half about an attribute and half in words, pinned to words of whoever has the label. The same `draws`
 * give the same opinions of another pair of labels, in the words of another `day`.
 */
export function baselessClaims(
  draw: Draw,
  fields: Record<ClaimSide, Fields>,
  count: number,
  day: 0 | 1,
): Claim[] {
  return Array.from({ length: count }, () => {
    const side: ClaimSide = draw() < 0.8 ? 'winner' : 'loser';
    const byAttribute = draw() < 0.5;
    const opinion = pick(draw, OPINIONS)[day];
    const attribute = pick(draw, ATTRIBUTES);
    const field: CreativeField = draw() < 0.5 ? 'headline' : 'text';
    const place = draw();
    const sentences = fields[side][field]!.split(/(?<=[.!?])\s+/);
    const quote = sentences[Math.floor(place * sentences.length)]!;
    return byAttribute
      ? claim({ text: `${attribute.statement} That helps.`, side, field, quote, attributeId: attribute.id })
      : claim({ text: opinion, side, field, quote, attributeId: null });
  });
}

function claim(said: Pick<Claim, 'text' | 'side' | 'field' | 'quote' | 'attributeId'>): Claim {
  return { kind: 'winning_factor', visible: null, ...said };
}
