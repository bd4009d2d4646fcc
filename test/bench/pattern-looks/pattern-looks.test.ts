import { expect, it } from 'vitest';
import { measureHolds } from '../../../bench/pattern-looks/holds.js';
import { measureLater } from '../../../bench/pattern-looks/later.js';

it('a pattern without an effect is rarely ever called replicated or contradicted, and an effect is found', () => {
  const { ever, replicated } = measureLater({ runs: 120, looks: 80, effects: [0, 0.2], at: [80] });
  const [nothing, something] = ever;
  expect(nothing!.fixed.either).toBeGreaterThan(0.2);
  // Three standard errors above 5 % of 120 runs.
  expect(nothing!.anytime.either).toBeLessThan(0.11);
  expect(something!.anytime).toMatchObject({
    replicated: expect.closeTo(1, 1),
    contradicted: expect.closeTo(0, 1),
  });
  expect(replicated[1]!.anytime).toBeGreaterThan(0.9);
});

it('a registry without any effect rarely ever establishes anything', () => {
  const { nothing, something } = measureHolds({ runs: 15, looks: 50, effective: 10, effect: 0.5 });
  expect(nothing.fixed).toBeGreaterThan(nothing.anytime);
  expect(nothing.anytime).toBeLessThan(0.22);
  expect(something.found.anytime).toBeGreaterThan(0.3);
  expect(something.falseEver.anytime).toBeLessThan(something.falseEver.fixed);
});
