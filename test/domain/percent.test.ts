import { describe, expect, it } from 'vitest';
import { percent } from '../../src/domain/percent.js';

describe('a relative change in words', () => {
  it('has a sign and one digit, and no negative zero', () => {
    expect([0.312, -0.05, 0, -0.0004, 101].map(percent)).toEqual([
      ...['+31.2 %', '-5.0 %', '+0.0 %', '+0.0 %', '+10100.0 %'],
    ]);
    expect(percent(10_001)).toBe('> +1000000 %');
  });

  it('is the same for a fraction and for the rounded percentage that the API gives of it', () => {
    for (const fraction of [1.599_53, 0.123_451, 0.019_95, -0.045_02, 2.345_49]) {
      const ofTheApi = Math.round(10_000 * fraction) / 100;
      expect(percent(ofTheApi / 100), String(fraction)).toBe(percent(fraction));
    }
  });
});
