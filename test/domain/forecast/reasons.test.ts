import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../../src/domain/creative/registry.js';
import {
  type ExplainedRow,
  type Explanation,
  explanationOf,
  MOST_NAMED,
  reasonsOf,
  shrunkExplanation,
} from '../../../src/domain/forecast/reasons.js';
import { contributionSentence, remainderSentence } from '../../../src/domain/forecast/sentences.js';
import { Random } from '../../../src/sandbox/random.js';
import { forecast } from './support.js';

const IDS = ['question_mark', 'number', 'comma', 'colon', 'five_words_more'];

/** Groups of four texts with random attributes; predictions follow from them, and from the level of the group. */
function rowsOf(effect: (attributes: Attributes) => number): ExplainedRow[] {
  const random = new Random('reasons');
  return Array.from({ length: 200 }, (_, group) => {
    const level = random.normal();
    return Array.from({ length: 4 }, () => {
      const attributes = Object.fromEntries(
        IDS.map((id, k) => [id, k === 4 ? 2 * random.uniform() : Number(random.uniform() < 0.4)]),
      );
      const predicted = level + effect(attributes) + 0.001 * random.normal();
      return { testId: `t${group}`, group: 'g', attributes, predicted };
    });
  }).flat();
}

const truth = (a: Attributes) => 0.2 * a.question_mark! - 0.1 * a.number! + 0.05 * a.five_words_more!;
const effects = (signs: Record<string, number>) =>
  Object.entries(signs).map(([id, effect]) => ({ id, effect }));

describe('the explanation of a model', () => {
  it('finds what predictions follow from, and names nothing else', () => {
    const all = effects({ question_mark: 1, number: -1, comma: 1, colon: -1, five_words_more: 1 });
    const { coefficients, explained } = explanationOf(rowsOf(truth), all);
    expect(Object.keys(coefficients).sort()).toEqual(['five_words_more', 'number', 'question_mark']);
    expect(coefficients.question_mark).toBeGreaterThan(0.15);
    expect(coefficients.question_mark).toBeLessThan(0.2);
    expect(coefficients.number).toBeLessThan(-0.05);
    expect(explained).toBeGreaterThan(0.9);
  });

  it('never counts an attribute against its own measured effect', () => {
    const opposite = effects({ question_mark: -0.1, number: -1, five_words_more: 1 });
    const { coefficients } = explanationOf(rowsOf(truth), opposite);
    expect(coefficients).not.toHaveProperty('question_mark');
    expect(coefficients.number).toBeLessThan(0);
  });

  it('counts no attribute without a measured effect, or with one of 0', () => {
    const { coefficients } = explanationOf(rowsOf(truth), effects({ question_mark: 0, number: -1 }));
    expect(Object.keys(coefficients)).toEqual(['number']);
  });

  it('takes what is unknown for the mean of the group, and nothing from texts alone in theirs', () => {
    const rows = rowsOf(truth);
    const unknown = rows.map((row) => ({ ...row, attributes: { ...row.attributes, comma: null } }));
    const alone = { testId: 'alone', group: 'g', attributes: { number: 1 }, predicted: 50 };
    const all = effects({ question_mark: 1, number: -1, comma: 1 });
    expect(explanationOf([...unknown, alone], all).coefficients).not.toHaveProperty('comma');
    expect(explanationOf([...unknown, alone], all).coefficients.number).toBeLessThan(0);
  });

  it('explains nothing without rows or effects', () => {
    expect(explanationOf([], effects({ number: 1 }))).toEqual({ coefficients: {}, explained: 0 });
    expect(explanationOf(rowsOf(truth), []).coefficients).toEqual({});
  });
});

describe('the explanation of a model that knows something from elsewhere', () => {
  const elsewhere = shrunkExplanation(
    { coefficients: { question_mark: 0.5, comma: 0.2, number: 0.25 }, explained: 0.4 },
    0.4,
  );

  it('is that of the foreign prediction, shrunk as the prediction is, until own predictions are known', () => {
    expect(elsewhere).toEqual({
      coefficients: { question_mark: 0.2, comma: expect.closeTo(0.08, 12), number: 0.1 },
      explained: 0.4,
      bases: { question_mark: 'foreign', comma: 'foreign', number: 'foreign' },
    });
    expect(explanationOf([], effects({ number: 1 }), elsewhere)).toEqual(elsewhere);
    expect(shrunkExplanation(elsewhere, 0)).toEqual({ coefficients: {}, explained: 0, bases: {} });
  });

  it('moves what own tests have measured, and drops what they contradict', () => {
    const measured = effects({ question_mark: 1, number: -1, five_words_more: 1 });
    const { coefficients, bases, explained } = explanationOf(rowsOf(truth), measured, elsewhere);
    // It started at the truth.
    expect(coefficients.question_mark).toBeCloseTo(0.2, 2);
    expect(coefficients.number).toBeLessThan(-0.05);
    expect(coefficients.comma).toBeCloseTo(0.08, 12);
    expect(bases).toEqual({ question_mark: 'own_and_foreign', comma: 'foreign' });
    expect(explained).toBeGreaterThan(0.7);
    const opposite = explanationOf(rowsOf(truth), effects({ question_mark: -1 }), elsewhere);
    expect(opposite.coefficients).not.toHaveProperty('question_mark');
  });
});

describe('the reasons of a forecast', () => {
  const explanation: Explanation = {
    coefficients: { question_mark: 0.2, number: -0.1, five_words_more: 0.05, gone: 0.3 },
    explained: 0.5,
    bases: { five_words_more: 'foreign' },
  };
  const attributes: Attributes[] = [
    { question_mark: 1, number: 0, five_words_more: 3 },
    { question_mark: 0, number: 0, five_words_more: 1 },
    { question_mark: 0, number: null, five_words_more: 2 },
  ];
  const drafts = attributes.map((one, i) => ({ id: `d${i}`, attributes: one }));
  const found = forecast([0.3, 0, -0.1]);

  it('add up to the forecast, the largest first', () => {
    const reasons = reasonsOf(found, drafts, explanation);
    expect(reasons[0]!.contributions).toEqual([
      {
        ...{ id: 'question_mark', value: 1, mean: 1 / 3, basis: 'own' },
        contribution: expect.closeTo(0.2 * (2 / 3), 12),
      },
      { id: 'five_words_more', value: 3, mean: 2, contribution: expect.closeTo(0.05, 12), basis: 'foreign' },
    ]);
    reasons.forEach(({ contributions, remainder, expected }, i) => {
      expect(expected).toBe(found.drafts[i]!.expected);
      const said = contributions.reduce((sum, { contribution }) => sum + contribution, 0);
      expect(said + remainder).toBeCloseTo(expected, 12);
    });
    // The number of one draft is unknown, and the others have none: it says nothing.
    expect(reasons.flatMap(({ contributions }) => contributions).map(({ id }) => id)).not.toContain('number');
  });

  it('are at most six; the rest goes into the remainder', () => {
    const ids = Array.from({ length: 9 }, (_, k) => `a${k}`);
    const many: Explanation = {
      coefficients: Object.fromEntries(ids.map((id, k) => [id, 0.01 * (k + 1)])),
      explained: 1,
    };
    const having = (value: number) => Object.fromEntries(ids.map((id) => [id, value]));
    const two = forecast([0.225, -0.225]);
    const [first] = reasonsOf(
      two,
      [
        { id: 'd0', attributes: having(1) },
        { id: 'd1', attributes: having(0) },
      ],
      many,
    );
    expect(first!.contributions).toHaveLength(MOST_NAMED);
    expect(first!.contributions[0]!.id).toBe('a8');
    expect(first!.remainder).toBeCloseTo(0.5 * (0.01 + 0.02 + 0.03), 12);
  });

  it('are none if nothing is known', () => {
    const nothing = { ...found, learned: { tests: 0, basis: 'none' as const } };
    expect(reasonsOf(nothing, drafts, explanation)[0]!.contributions).toEqual([]);
  });

  it('are said in words', () => {
    const say = (id: string, value: number, mean: number, contribution: number) =>
      contributionSentence({ id, value, mean, contribution });
    expect(say('question_mark', 1, 0.5, -0.05)).toBe('-4.9 %: The headline contains a question mark.');
    expect(say('question_mark', 0, 0.5, 0.05)).toBe(
      '+5.1 %: this is true of other ads, not of this one: The headline contains a question mark.',
    );
    expect(say('five_words_more', 1, 2.5, -0.05)).toBe(
      '-4.9 %: less of this than the other ads have: "five words more", 1.5 times.',
    );
    const reason = { id: 'question_mark', value: 1, mean: 0.5, contribution: -0.05 };
    expect(contributionSentence({ ...reason, basis: 'foreign' })).toBe(
      '-4.9 %: The headline contains a question mark. Learned from headlines of a publisher, not from ads.',
    );
    expect(contributionSentence({ ...reason, basis: 'own_and_foreign' })).toMatch(
      /Learned from headlines of a publisher, not from ads, and from your own tests\.$/,
    );
    expect(say('gone', 1, 0.5, 0.1)).toBe('+10.5 %: gone');
    expect(remainderSentence({ remainder: 0.02, named: 1 })).toBe(
      '+2.0 %: what the model reads in the text beyond this.',
    );
  });
});
