import { describe, expect, it } from 'vitest';
import { lookToJson, policyFromJson, policyToJson } from '../../src/api/json.js';
import { PolicyBody } from '../../src/api/schemas.js';
import { RULE_NAMES } from '../../src/domain/evidence/rules.js';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/experiment.js';
import { aDecision, pairOfChallenger } from './support/seed.js';

describe("a policy's rule", () => {
  it.each(RULE_NAMES)('%s goes out as it came in', (rule) => {
    const change = PolicyBody.parse({ rule, strict: rule === 'sequential' });
    const policy = policyFromJson(change, DEFAULT_POLICY);
    expect(policy).toEqual({ ...DEFAULT_POLICY, rule, strict: rule === 'sequential' });
    expect(policyToJson(policy)).toMatchObject({ rule, strict: rule === 'sequential' });
  });

  it('is the default one, by hours, where nothing is said', () => {
    expect(policyFromJson(undefined, DEFAULT_POLICY)).toEqual(DEFAULT_POLICY);
    const { strict: _, ...frozenEarlier } = DEFAULT_POLICY;
    expect(policyToJson(frozenEarlier as Policy)).toMatchObject({ rule: 'sequential', strict: false });
  });
});

describe('a look', () => {
  const withEvidence = (adjusted?: boolean) => {
    const pair = pairOfChallenger(0.3, 0.1);
    const evidence = { ...pair.evidence, adjusted } as typeof pair.evidence;
    const look = aDecision('exp', 'promote', { pairs: [{ ...pair, evidence }] });
    return lookToJson(look, 'USD').pairs[0]!;
  };

  it('says where its figures are unadjusted for repeated looks', () => {
    expect(withEvidence(false)).toMatchObject({ adjusted: false, note: 'unadjusted for repeated looks' });
  });

  it('says nothing where they are adjusted, as all were before there was a choice', () => {
    for (const adjusted of [true, undefined]) {
      expect(withEvidence(adjusted)).toMatchObject({ adjusted: true, note: null });
    }
  });
});
