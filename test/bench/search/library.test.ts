import { expect, test } from 'vitest';
import { madeUpVectors, measureLibrary } from '../../../bench/search/library.js';

test('the made-up vectors are the same each time, of unit length, and near others of their topic', () => {
  const { vectors, queries } = madeUpVectors(500);
  expect(madeUpVectors(500).vectors[499]).toEqual(vectors[499]);
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const [query] = queries(1);
  const nearest = vectors.map((vector) => cosine(query!, vector)).sort((a, b) => b - a);
  expect(cosine(query!, query!)).toBeCloseTo(1, 5);
  expect(nearest[9]).toBeGreaterThan(0.5);
  expect(nearest[250]).toBeLessThan(0.4);
});

test('the index finds nearly all of the nearest, also with a filter', async () => {
  const told: string[] = [];
  const report = await measureLibrary(1_500, 10, (text) => told.push(text));
  expect(report.patterns).toBe(1_500);
  expect(report.recall_at_10.mean).toBeGreaterThan(0.95);
  expect(report.filtered.recall_at_10).toBeGreaterThan(0.9);
  for (const ms of [report.search.ms, report.bare_query.ms, report.exact.ms, report.insert.ms])
    expect(ms).toBeGreaterThan(0);
  expect(told.at(-1)).toBe('searching');
});
