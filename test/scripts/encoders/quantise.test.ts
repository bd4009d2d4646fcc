import { expect, test } from 'vitest';
import { quantiseColumns, quantiseRows } from '../../../scripts/setup/encoders/quantise.js';

test('a column takes 7 bits of its largest weight', () => {
  const { whole, scales } = quantiseColumns(Float32Array.of(6.3, 0, -3.11, 0, 0.1, 0), 2);
  expect([...whole]).toEqual([63, 0, -31, 0, 1, 0]);
  expect(scales[0]).toBeCloseTo(0.1, 6);
  expect(scales[1]).toBe(1);
});

test('a row takes 8 bits of its largest weight, and no weight is off by more than half a step', () => {
  const weights = Float32Array.from(
    { length: 60 },
    (_, i) => Math.sin(i * 12.9898) * (1 + Math.floor(i / 20)),
  );
  const { whole, scales } = quantiseRows(weights, 20);
  expect(scales).toHaveLength(3);
  for (const [place, weight] of weights.entries()) {
    const scale = scales[Math.floor(place / 20)]!;
    expect(Math.abs(whole[place]! * scale - weight)).toBeLessThanOrEqual(scale / 2 + 1e-6);
  }
  expect(Math.max(...whole.map(Math.abs))).toBe(127);
});
