import { describe, expect, it } from 'vitest';
import { chooseToTest, prospectsOf } from '../../../src/domain/drafts/choose.js';
import { type AttributeModel, learnAttributes } from '../../../src/domain/patterns/attribute-model.js';

const NOTHING = learnAttributes([], []);

/** Effects that are known as well as this. */
function modelOf(effects: Record<string, [mean: number, sd: number]>): AttributeModel {
  const ids = Object.keys(effects);
  return {
    ...NOTHING,
    ids,
    means: ids.map((id) => effects[id]![0]),
    covariance: ids.map((id, i) => ids.map((_, j) => (i === j ? effects[id]![1] ** 2 : 0))),
    effectVariance: 0.1 ** 2,
    unexplained: 0.03 ** 2,
  };
}

const BASE = { emoji: 0, colon: 0, number: 0, comma: 0 };
const having = (...ids: string[]) => ({ ...BASE, ...Object.fromEntries(ids.map((id) => [id, 1])) });

describe('which drafts to test', () => {
  const model = modelOf({ emoji: [0.2, 0.02], colon: [-0.2, 0.02], number: [0.19, 0.02] });

  it('expects of a draft what its attributes did, beside the base', () => {
    const [emoji, colon, unknown] = prospectsOf(model, BASE, [
      having('emoji'),
      having('colon'),
      having('comma'),
    ]);
    expect(emoji!.expected).toBeCloseTo(0.2, 10);
    expect(colon!.expected).toBeCloseTo(-0.2, 10);
    expect(unknown!.expected).toBe(0);
    // Its own deviation, and what no attribute explains of two creatives.
    expect(emoji!.sd).toBeCloseTo(Math.sqrt(0.02 ** 2 + 2 * 0.03 ** 2), 10);
    expect(unknown!.sd).toBeCloseTo(Math.sqrt(0.1 ** 2 + 2 * 0.03 ** 2), 10);
  });

  it('takes the best first, and leaves out what harms', () => {
    const drafts = [having('colon'), having('number'), having('emoji')];
    expect(chooseToTest(model, BASE, drafts, 2)).toEqual([2, 1]);
  });

  it('prefers an unknown draft to one that is known to do nothing', () => {
    const known = modelOf({ emoji: [0, 0.005] });
    expect(chooseToTest(known, BASE, [having('emoji'), having('comma')], 1)).toEqual([1]);
  });

  it('prefers one that relies on something else to one that relies on the same', () => {
    const sure = modelOf({ emoji: [0.1, 0.1], number: [0.09, 0.1], colon: [0.001, 0.001] });
    const drafts = [having('emoji'), having('emoji', 'colon'), having('number')];
    expect(new Set(chooseToTest(sure, BASE, drafts, 2))).toContain(2);
  });

  it('gives as many as there are, and none of none', () => {
    expect(chooseToTest(model, BASE, [having('emoji')], 3)).toEqual([0]);
    expect(chooseToTest(model, BASE, [], 3)).toEqual([]);
  });
});
