import { describe, expect, it } from 'vitest';
import { type KnownPattern, opportunitiesOf } from '../../../src/domain/forecast/opportunities.js';
import { opportunitySentence } from '../../../src/domain/forecast/sentences.js';
import { combineEvidence } from '../../../src/domain/patterns/evidence.js';

const pattern = (id: string, effect: number, change: Partial<KnownPattern> = {}): KnownPattern => ({
  id,
  state: 'holds',
  evidence: combineEvidence(
    { effect, se: 0.02, df: 30, interval: [effect - 0.04, effect + 0.04], p: 0.001, tests: 31 },
    null,
  ),
  ...change,
});
const having = (...values: (number | null)[]) =>
  values.map((value) => ({ attributes: { number: value, question_mark: value } }));

describe('opportunities', () => {
  it('are what helps and no draft has, and what harms and all drafts have', () => {
    const patterns = [pattern('number', 0.1), pattern('question_mark', -0.12)];
    const [add, ...others] = opportunitiesOf(patterns, having(0, 0));
    expect(others).toEqual([]);
    expect(add).toMatchObject({ id: 'number', direction: 'add', effect: 0.1 });
    expect(opportunitySentence(add!)).toBe(
      'No draft has it: The headline contains a number in digits. From 31 tests of your own: +10.5 % (95 % interval +6.2 % to +15.0 %).',
    );
    const [drop, ...rest] = opportunitiesOf(patterns, having(1, 1));
    expect(rest).toEqual([]);
    expect(drop).toMatchObject({ id: 'question_mark', direction: 'drop', effect: -0.12 });
    expect(opportunitySentence(drop!)).toMatch(
      /^All drafts have it: The headline contains a question mark\. From 31/,
    );
    expect(opportunitiesOf(patterns, having(0, 1))).toEqual([]);
  });

  it('come in the order of their size', () => {
    const drafts = [{ attributes: { number: 0, comma: 0, question_mark: 1 } }];
    const patterns = [pattern('number', 0.05), pattern('comma', 0.2), pattern('question_mark', -0.1)];
    expect(opportunitiesOf(patterns, drafts).map(({ id }) => id)).toEqual([
      'comma',
      'question_mark',
      'number',
    ]);
  });

  it('are not what is unknown, unproven, an amount, or no longer in the registry', () => {
    expect(opportunitiesOf([pattern('number', 0.1)], having(0, null))).toEqual([]);
    expect(opportunitiesOf([pattern('number', 0.1, { state: 'candidate' })], having(0))).toEqual([]);
    const nothing = combineEvidence(null, null);
    expect(opportunitiesOf([pattern('number', 0.1, { evidence: nothing })], having(0))).toEqual([]);
    const drafts = [{ attributes: { five_words_more: 0, gone: 0 } }];
    expect(opportunitiesOf([pattern('five_words_more', 0.1), pattern('gone', 0.1)], drafts)).toEqual([]);
  });
});
