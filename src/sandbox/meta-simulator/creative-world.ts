/**
 * What texts do to click rates in the sandbox: a hidden function of their attributes, with interactions, and a part that no
 * attribute explains. The market needs some truth; this one says nothing about real ads.
 */

import { ATTRIBUTES, attributesOf } from '../../domain/creative/registry.js';
import type { CreativeTexts } from '../../domain/creative/texts.js';
import { Random } from '../random.js';

export interface CreativeWorldOptions {
  /** `none`: no attribute has an effect, so nothing can be learned. */
  effects: 'some' | 'none';
  /** Standard deviation of the log rate between texts that no attribute explains. */
  unexplained: number;
  /** Factor on all that attributes do, and on the limit of it. Default 1. */
  strength?: number;
}

/** The log rate of a text beside a text without anything special. The same text always has the same. */
export type CreativeWorld = (texts: CreativeTexts) => number;

/** Share of the attributes that have an effect, and its standard deviation as a log rate per step. */
const ATTRIBUTE = { share: 0.5, sd: 0.15 };
/** Pairs of attributes that together do more, or less, than both alone. */
const INTERACTIONS = { count: 40, sd: 0.15 };
/** A step of an amount is a small change of the text. */
const AMOUNT_FACTOR = 0.4;
/** No text is better or worse than this at strength 1, so that rates stay plausible. */
const LIMIT = 1.2;

/** Draws depend only on the seed and the text. */
export function creativeWorld(
  seed: number,
  { effects, unexplained, strength = 1 }: CreativeWorldOptions,
): CreativeWorld {
  const random = new Random(`${seed}/creative-world`);
  const read = ATTRIBUTES.filter(({ category }) => category !== 'visual_design');
  const present = read.filter(({ kind }) => kind === 'present');
  const main = read.flatMap(({ id, kind }) => {
    const [has, effect] = [random.uniform() < ATTRIBUTE.share, ATTRIBUTE.sd * random.normal()];
    return has ? [{ id, effect: kind === 'amount' ? AMOUNT_FACTOR * effect : effect }] : [];
  });
  const pairs = Array.from({ length: INTERACTIONS.count }, () => ({
    one: present[Math.floor(random.uniform() * present.length)]!.id,
    other: present[Math.floor(random.uniform() * present.length)]!.id,
    effect: INTERACTIONS.sd * random.normal(),
  }));
  return (texts) => {
    const own = unexplained * new Random(`${seed}/text/${texts.headline}\n${texts.body}`).normal();
    if (effects === 'none') return limited(own, 1);
    const values = attributesOf(texts);
    const amount = (id: string) => values[id] ?? 0;
    const explained =
      main.reduce((sum, { id, effect }) => sum + effect * amount(id), 0) +
      pairs.reduce((sum, { one, other, effect }) => sum + effect * amount(one) * amount(other), 0);
    return limited(strength * explained + own, strength);
  };
}

function limited(shift: number, strength: number): number {
  return Math.max(-LIMIT * strength, Math.min(LIMIT * strength, shift));
}
