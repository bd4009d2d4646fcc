import { expect, test } from 'vitest';
import { measureEncoders } from '../../../bench/search/encoders.js';
import { PARAPHRASES } from '../../../bench/search/paraphrases.js';
import { similarFrom } from '../../../src/clients/encoder/similar.js';
import { thisMachine } from '../../../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../../../src/sandbox/programs/locations.mjs';

test('100 claims, no text twice', () => {
  expect(PARAPHRASES).toHaveLength(100);
  expect(new Set(PARAPHRASES.flat()).size).toBe(200);
});

test('each encoder finds paraphrases that hashed n-grams do not, and its threshold is the measured one', async () => {
  const { encoders, missing } = await measureEncoders(cacheFolder(thisMachine()), null);
  const { 'hashed n-grams': grams, ...others } = encoders;
  expect(grams!.top1).toBeLessThan(0.1);
  expect(Object.keys(others).length + Object.keys(missing).length).toBe(4);
  for (const [id, { top1, mrr, threshold, pairs, cosines }] of Object.entries(others)) {
    expect(top1, id).toBeGreaterThan(0.5);
    expect(mrr, id).toBeGreaterThan(0.6);
    expect(pairs.f1, id).toBeGreaterThan(0.4);
    expect(Math.abs(similarFrom(id)! - threshold), id).toBeLessThan(0.01);
    // No cosine says that two statements mean the same: opposites are nearer than paraphrases.
    expect(cosines!.opposite.lowest, id).toBeGreaterThan(cosines!.paraphrase.median);
  }
});

test('an encoder that was not measured has no threshold', () => {
  expect(similarFrom('voyage-4-lite-512')).toBeNull();
});
