import { describe, expect, it } from 'vitest';
import { policyProblems } from '../../../src/api/experiments/creation/policy-problems.js';
import { policyFromJson, policyToJson } from '../../../src/api/experiments/policy-json.js';
import { PolicyBody } from '../../../src/api/experiments/requests.js';
import { RULE_NAMES } from '../../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/experiment.js';
import { METRICS, OBJECTIVES } from '../../../src/domain/metric.js';

describe("a policy's rule", () => {
  it.each(RULE_NAMES)('%s goes out as it came in', (rule) => {
    const change = PolicyBody.parse({ rule, strict: rule === 'sequential' });
    const policy = policyFromJson(change, DEFAULT_POLICY);
    expect(policy).toEqual({ ...DEFAULT_POLICY, rule, strict: rule === 'sequential' });
    expect(policyToJson(policy)).toMatchObject({ rule, strict: rule === 'sequential' });
  });

  it('is the default one, with hour buckets, if the request sets none', () => {
    expect(policyFromJson(undefined, DEFAULT_POLICY)).toEqual(DEFAULT_POLICY);
    const { strict: _, ...frozenEarlier } = DEFAULT_POLICY;
    expect(policyToJson(frozenEarlier as Policy)).toMatchObject({ rule: 'sequential', strict: false });
  });
});

describe.each(OBJECTIVES)('a policy that names only the objective %s', (objective) => {
  const of = (change: Record<string, unknown>) =>
    policyFromJson(PolicyBody.parse({ objective, ...change }), DEFAULT_POLICY);

  it('is complete, and allowed', () => {
    expect(policyProblems(of({}))).toEqual([]);
    expect(policyToJson(of({}))).toMatchObject({
      objective,
      attribution_window_hours: METRICS[objective].attribution?.windowHours ?? 24,
      guardrails: METRICS[objective].guardedBy.map((metric) =>
        objective === 'click_through_rate'
          ? { metric, mode: 'non_inferiority', margin: 0.25 }
          : { metric, mode: 'no_harm', margin: 0 },
      ),
      guardrail_wait_hours: 168,
    });
  });

  it("may be decided by Welch's rule only if the registry says so", () => {
    const fields = policyProblems(of({ rule: 'welch' })).map(({ field }) => field);
    expect(fields).toEqual(METRICS[objective].welch ? [] : ['policy.rule']);
  });

  it('leaves the horizon room for its attribution window', () => {
    const fields = policyProblems(of({ horizon_hours: 168 })).map(({ field }) => field);
    expect(fields).toEqual(METRICS[objective].attribution ? ['policy.horizon_hours'] : []);
  });
});

describe('buckets', () => {
  it('are hours unless days are requested, also in policies that were frozen before there was a choice', () => {
    const change = PolicyBody.parse({ buckets: 'day' });
    const policy = policyFromJson(change, DEFAULT_POLICY);
    expect(policy).toEqual({ ...DEFAULT_POLICY, buckets: 'day' });
    expect(policyToJson(policy).buckets).toBe('day');
    expect(policyFromJson({}, policy).buckets).toBe('day');
    const { buckets: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier as Policy).buckets).toBe('hour');
  });
});

describe('strata', () => {
  const of = (change: Record<string, unknown>) =>
    policyFromJson(PolicyBody.parse({ strata: 'segment', ...change }), DEFAULT_POLICY);

  it('are hours unless segments are requested, also in policies that were frozen before there was a choice', () => {
    expect(of({})).toEqual({ ...DEFAULT_POLICY, strata: 'segment' });
    expect(policyToJson(of({})).strata).toBe('segment');
    const { strata: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier).strata).toBe('hour');
    expect(policyFromJson({}, earlier).strata).toBe('hour');
  });

  it.each([
    [{}, []],
    [{ rule: 'anytime' }, ['policy.strata']],
    [{ buckets: 'day' }, []],
    [{ rule: 'welch' }, ['policy.strata']],
    [{ horizon_hours: 48 }, []],
    [{ horizon_hours: 72, strict: true }, ['policy.horizon_hours']],
    [{ horizon_hours: 96, strict: true }, []],
    [{ horizon_hours: 192, objective: 'conversion_rate' }, ['policy.horizon_hours']],
  ])('of segments with %j have problems in %j', (change, fields) => {
    expect(policyProblems(of(change)).map(({ field }) => field)).toEqual(fields);
  });
});

describe('the largest step', () => {
  it('goes out as it came in, and is the default in policies that were frozen before it existed', () => {
    const policy = policyFromJson(PolicyBody.parse({ max_step_factor: 1.5 }), DEFAULT_POLICY);
    expect(policy.maxStepFactor).toBe(1.5);
    expect(policyToJson(policy).max_step_factor).toBe(1.5);
    const { maxStepFactor: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier).max_step_factor).toBe(2);
    expect(policyFromJson({}, earlier).maxStepFactor).toBe(2);
  });
});

describe('conversion objectives and guardrails', () => {
  it('wait as long as Meta attributes conversions, unless the request says otherwise', () => {
    const window = (change: Record<string, unknown>) =>
      policyFromJson(PolicyBody.parse(change), DEFAULT_POLICY).attributionWindowHours;
    expect(window({ objective: 'cost_per_conversion' })).toBe(168);
    expect(window({ objective: 'conversion_rate', attribution_window_hours: 48 })).toBe(48);
    expect(window({})).toBe(24);
  });

  it('go out as they came in', () => {
    const guardrails = [
      { metric: 'revenue_per_spend', mode: 'non_inferiority', margin: 0.05 },
      { metric: 'conversion_rate', mode: 'no_harm' },
    ];
    const change = PolicyBody.parse({ objective: 'conversion_rate', minimum_conversions: 40, guardrails });
    expect(policyToJson(policyFromJson(change, DEFAULT_POLICY))).toMatchObject({
      objective: 'conversion_rate',
      minimum_conversions: 40,
      guardrails: [guardrails[0], { ...guardrails[1], margin: 0 }],
    });
  });

  it('are waited for as long as the request says, and not at all in policies that were frozen before they were', () => {
    const policy = policyFromJson(PolicyBody.parse({ guardrail_wait_hours: 48 }), DEFAULT_POLICY);
    expect(policyToJson(policy).guardrail_wait_hours).toBe(48);
    const { guardrailWaitHours: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier).guardrail_wait_hours).toBeNull();
    expect(PolicyBody.safeParse({ guardrail_wait_hours: -1 }).success).toBe(false);
  });

  it('are absent in policies that were frozen before there were any', () => {
    const { guardrails: _, attributionWindowHours: __, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier as Policy)).toMatchObject({ guardrails: [], attribution_window_hours: 24 });
  });
});

describe('the indifference zone', () => {
  it('is 5 % unless the request says otherwise, and 0 in policies that were frozen before it existed', () => {
    const answered = (change: Record<string, unknown>) =>
      policyToJson(policyFromJson(PolicyBody.parse(change), DEFAULT_POLICY)).indifference;
    expect(answered({})).toBe(0.05);
    expect(answered({ indifference: 0 })).toBe(0);
    const { indifference: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier).indifference).toBe(0);
    expect(policyFromJson({}, earlier).indifference).toBe(0);
  });
});

describe('the minimum detectable effect', () => {
  it('is 10 % unless the request says otherwise, and null in policies that were frozen before it existed', () => {
    const answered = (change: Record<string, unknown>) =>
      policyToJson(policyFromJson(PolicyBody.parse(change), DEFAULT_POLICY)).minimum_detectable_effect;
    expect(answered({})).toBe(0.1);
    expect(answered({ minimum_detectable_effect: 0.02 })).toBe(0.02);
    const { minimumDetectableEffect: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier).minimum_detectable_effect).toBeNull();
  });
});

describe('the day of the recheck', () => {
  const of = (change: Record<string, unknown>, base = DEFAULT_POLICY) =>
    policyFromJson(PolicyBody.parse(change), base);

  it('is the 28th unless the request says otherwise; null: there is none', () => {
    expect(policyToJson(of({})).recheck_days).toBe(28);
    expect(policyToJson(of({ recheck_days: 60 })).recheck_days).toBe(60);
    expect(policyToJson(of({ recheck_days: null })).recheck_days).toBeNull();
    const { recheckDays: _, ...earlier } = DEFAULT_POLICY;
    expect(policyToJson(earlier).recheck_days).toBeNull();
  });

  it('is later by itself if the verification lasts longer', () => {
    const long = of({ verification: { settle_hours: 30, window_hours: 672 } });
    expect(long.recheckDays).toBe(30);
    expect(policyProblems(long)).toEqual([]);
  });

  it('must not be before the end of the verification', () => {
    expect(policyProblems(of({ recheck_days: 8 }))).toEqual([]);
    expect(policyProblems(of({ recheck_days: 7 }))).toEqual([
      {
        field: 'policy.recheck_days',
        message:
          'must be at least 8: the verification lasts settle_hours plus window_hours, 24 + 168 h (7 < 8)',
      },
    ]);
  });

  it.each([0, 91, 28.5, '28'])('must be a whole number of days up to 90, not %s', (days) => {
    const { error } = PolicyBody.safeParse({ recheck_days: days });
    expect(error!.issues[0]!.message).toBe(
      'must be a whole number from 1 to 90 days after the last budget write',
    );
  });
});
