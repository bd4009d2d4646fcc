import { describe, expect, it } from 'vitest';
import { bootstrap, deviation, judge, judgedGroups, sizeOf } from '../../../bench/preference/judge.js';
import type { CountedText } from '../../../src/domain/preference/measured-text.js';

const row = (testId: string, text: string, events: number, group = 'image'): CountedText => ({
  ...{ testId, group, period: '1', text, events, trials: 10_000 },
});
const ROWS = [
  row('a', 'best', 300),
  row('a', 'middle', 200),
  row('a', 'worst', 100),
  row('a', 'other image', 900, 'another'),
  row('b', 'level', 100),
  row('b', 'the same', 101),
];
const GROUPS = judgedGroups(ROWS);
const RATE: Record<string, number> = { best: 3, middle: 2, worst: 1 };

describe('a judgement', () => {
  it('counts significant pairs of one group, and the gain of the first choice', () => {
    expect(sizeOf(GROUPS)).toEqual({ tests: 2, significant_pairs: 3, groups: 1 });
    expect(judge(GROUPS, (text) => RATE[text] ?? 0)).toMatchObject({ accuracy_pct: 100, lift_pct: 50 });
    expect(judge(GROUPS, (text) => -(RATE[text] ?? 0))).toMatchObject({ accuracy_pct: 0, lift_pct: -50 });
  });

  it('gives a tie half of a pair, and the average of those that tie', () => {
    expect(judge(GROUPS, () => 0)).toMatchObject({ accuracy_pct: 50, lift_pct: 0 });
    const lowest = (text: string) => (text === 'worst' ? 0 : 1);
    expect(judge(GROUPS, lowest)).toMatchObject({ accuracy_pct: 83.33, lift_pct: 25 });
  });

  it('counts ads with one text together', () => {
    const [group] = judgedGroups([row('a', 'same', 10), row('a', 'same', 30)]);
    expect(group!.texts).toEqual([{ text: 'same', events: 40, trials: 20_000 }]);
  });

  it('has errors over tests: that of a mean, for equal tests', () => {
    const tests = Array.from({ length: 100 }, (_, i) => [i % 2, 1]);
    const shares = bootstrap(tests, 'seed').map(([sum, count]) => sum! / count!);
    expect(deviation(shares)).toBeCloseTo(0.05, 2);
    expect(bootstrap(tests, 'seed')).toEqual(bootstrap(tests, 'seed'));
  });
});
