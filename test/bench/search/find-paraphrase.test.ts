import { expect, test } from 'vitest';
import { findParaphrases } from '../../../bench/search/find-paraphrase.js';
import { hashedGrams } from '../../../bench/search/hashed-grams.js';

const at = (degrees: number) =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

test('partners nearer than all others are found, and one threshold tells them', () => {
  const found = findParaphrases([at(0), at(40), at(80), at(120)], [at(5), at(45), at(85), at(125)]);
  expect(found).toMatchObject({ top1: 1, mrr: 1, f1OnOtherHalf: 1 });
  expect(found.pairs).toEqual({ f1: 1, precision: 1, recall: 1 });
  // Midway between the cosines of 5 and 35 degrees.
  expect(found.threshold).toBeCloseTo((Math.cos(Math.PI / 36) + Math.cos((35 * Math.PI) / 180)) / 2, 6);
});

test('a rival that is nearer costs a rank, precision over the pairs, and less if the nearest alone counts', () => {
  const found = findParaphrases([at(0), at(80)], [at(10), at(4)]);
  // From the claims: ranks 2 (10° behind 4°) and 2 (76° behind 70°); from the others: 1 and 2.
  expect(found.top1).toBe(0.25);
  expect(found.mrr).toBe(0.625);
  expect(found.pairs.f1).toBeCloseTo(2 / 3, 6);
  expect(found.nearest.recall).toBe(0.25);
});

test('hashed n-grams: equal texts are one, others share what they share', () => {
  const [a, b, c] = hashedGrams(['Free shipping today', 'free shipping, today!', 'Sleep better']);
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  expect(dot(a!, b!)).toBeCloseTo(1, 6);
  expect(Math.abs(dot(a!, c!))).toBeLessThan(0.3);
});
