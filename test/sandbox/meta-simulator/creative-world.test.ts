import { describe, expect, it } from 'vitest';
import { writeCopy } from '../../../src/sandbox/meta-simulator/copy-writer.js';
import { creativeWorld } from '../../../src/sandbox/meta-simulator/creative-world.js';
import { Random } from '../../../src/sandbox/random.js';

const random = new Random('creative-world');
const copies = Array.from({ length: 600 }, () => writeCopy(random));

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('what texts do to click rates', () => {
  it('is the same for the same text and seed, in every order', () => {
    const options = { effects: 'some', unexplained: 0.1 } as const;
    const [world, again] = [creativeWorld(3, options), creativeWorld(3, options)];
    const backwards = [...copies].reverse().map(again).reverse();
    expect(copies.map(world)).toEqual(backwards);
    expect(copies.map(creativeWorld(4, options))).not.toEqual(backwards);
  });

  it('follows from attributes: texts that differ in nothing that is read do the same', () => {
    const world = creativeWorld(1, { effects: 'some', unexplained: 0 });
    const [one, other] = ['The red cup.', 'The tin box.'].map((headline) =>
      world({ headline, body: '', visualNotes: null }),
    );
    expect(one).toBe(other);
    expect(deviation(copies.map(world))).toBeGreaterThan(0.1);
  });

  it('has interactions: an attribute does not do the same in every text', () => {
    const plain = copies.filter(({ headline }) => /\p{L}$/u.test(headline)).slice(0, 200);
    const effects = [1, 2, 3, 4, 5].map((seed) => {
      const world = creativeWorld(seed, { effects: 'some', unexplained: 0 });
      const added = plain.map((copy) => world({ ...copy, headline: `${copy.headline}!` }) - world(copy));
      return new Set(added.map((value) => Math.round(1e6 * value))).size;
    });
    expect(Math.max(...effects)).toBeGreaterThan(1);
  });

  it('is unexplained alone without effects, with the deviation that was asked for', () => {
    const world = creativeWorld(2, { effects: 'none', unexplained: 0.2 });
    expect(Math.abs(deviation(copies.map(world)) - 0.2)).toBeLessThan(
      4 * (0.2 / Math.sqrt(2 * copies.length)),
    );
    const nothing = creativeWorld(2, { effects: 'none', unexplained: 0 });
    expect(new Set(copies.map(nothing).map(Math.abs))).toEqual(new Set([0]));
  });

  it('keeps rates plausible', () => {
    const world = creativeWorld(1, { effects: 'some', unexplained: 5 });
    expect(Math.max(...copies.map(world).map(Math.abs))).toBe(1.2);
  });
});
