import { describe, expect, it } from 'vitest';
import {
  type KnownPattern,
  MOST_FOREIGN,
  opportunitiesOf,
} from '../../../src/domain/forecast/opportunities.js';
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
/** An effect that was learned elsewhere, so many standard errors of 0. */
const foreign = (id: string, effect: number, z = 4): KnownPattern => ({
  id,
  state: 'candidate',
  evidence: combineEvidence(null, { effect, se: Math.abs(effect) / z, learnedFrom: 'headlines' }),
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

  it('may rest on what was learned elsewhere, after what holds here, if it was clear there', () => {
    const draft = { attributes: { number: 0, comma: 0, question_mark: 1, colon: 0 } };
    const found = opportunitiesOf(
      [foreign('question_mark', -0.3), pattern('number', 0.05), foreign('comma', 0.2, 2)],
      [draft],
    );
    expect(found.map(({ id }) => id)).toEqual(['number', 'question_mark']);
    expect(found[1]).toMatchObject({ direction: 'drop', effect: expect.closeTo(-0.12, 12) });
    expect(opportunitySentence(found[1]!)).toContain(
      'No test of your own varies it. It was learned elsewhere',
    );
    const ids = ['number', 'comma', 'question_mark', 'colon', 'exclamation_mark', 'superlative', 'money'];
    const lacking = { attributes: Object.fromEntries(ids.map((id) => [id, 0])) };
    const many = ids.map((id) => foreign(id, 0.1));
    expect(opportunitiesOf(many, [lacking])).toHaveLength(MOST_FOREIGN);
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
