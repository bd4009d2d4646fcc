import { describe, expect, it } from 'vitest';
import { guardrailFinding } from '../../src/domain/decision/guardrails.js';
import { harmOf, harmSentence } from '../../src/domain/decision/harm.js';
import { type LookResult, takeLook } from '../../src/domain/decision/look.js';
import { daysToDetect } from '../../src/domain/decision/outlook.js';
import { ruleSettings } from '../../src/domain/decision/rule-settings.js';
import { standingOf } from '../../src/domain/decision/standing.js';
import { NO_HISTORY } from '../../src/domain/evidence/drift.js';
import type { RuleName } from '../../src/domain/evidence/types.js';
import {
  bookedAfterHours,
  DEFAULT_POLICY,
  defaultGuardrails,
  type Policy,
} from '../../src/domain/experiment.js';
import {
  defaultAttributionWindowHours,
  eventsNoun,
  GUARDRAIL_METRICS,
  isSameRatio,
  METRICS,
  OBJECTIVES,
  type Objective,
  QUANTITIES,
} from '../../src/domain/metric.js';
import { type Observed, pairRows } from '../../src/domain/pair-rows.js';
import { compoundReport } from '../../src/domain/reporting/compound-report.js';
import { atRiskSentence } from '../../src/domain/rollout/at-risk.js';
import { judge } from '../../src/domain/verification/verification.js';
import { type AdRates, hourAt, improved, traffic, USUAL, variants } from './support/traffic.js';

const HORIZON = DEFAULT_POLICY.horizonHours;
/** The hour of the last write: the window is days 13 to 19. */
const LAST_WRITE = hourAt(12 * 24);

const policyOf = (objective: Objective, rule: RuleName = 'sequential'): Policy => ({
  ...DEFAULT_POLICY,
  objective,
  rule,
  attributionWindowHours: defaultAttributionWindowHours(objective),
  guardrails: defaultGuardrails(objective),
});

/** Takes looks at these hours since the start; returns the last one. */
function lookAt(policy: Policy, observations: readonly Observed[], ...hours: number[]): LookResult {
  let last: LookResult | null = null;
  for (const [index, hour] of hours.entries()) {
    const dueAt = hourAt(hour);
    last = takeLook({
      experiment: { variants, policy, startedAt: hourAt(0) },
      lookNumber: index + 1,
      dueAt,
      observations: observations.filter(({ bucketEnd }) => bucketEnd <= dueAt),
      previous: last?.pairs ?? null,
      states: last?.states ?? {},
    });
  }
  return last!;
}

const verified = (policy: Policy, observations: readonly Observed[], atHour = 1e4) =>
  judge({
    history: NO_HISTORY,
    experiment: { variants, policy },
    promotion: { winnerVariantId: 'c1', metrics: {}, phasesDone: { '80': LAST_WRITE } },
    observations: observations.filter(({ bucketEnd }) => bucketEnd <= hourAt(atHour)),
    dueAt: hourAt(atHour),
  });

describe.each(OBJECTIVES)('a test by %s', (objective) => {
  const metric = METRICS[objective];
  const policy = policyOf(objective);
  const noun = eventsNoun(metric);
  const late = bookedAfterHours(policy);
  const against = (ad: AdRates, hours = HORIZON) => traffic(objective, hours, [USUAL, ad]);
  const better = against(improved(metric, 1.5));
  const rowsOf = (observations: readonly Observed[]) =>
    pairRows(metric, observations, ['control', 'c1'], { startedAt: hourAt(0), until: hourAt(HORIZON) });

  it.each(['sequential', 'anytime'] as const)(
    'promotes the better ad by %s, and says by how much',
    (rule) => {
      const found = lookAt(policyOf(objective, rule), better, 240, 400, 671);
      expect(found).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
      expect(found.reasons[0]).toMatch(
        new RegExp(
          `; ${metric.label} of c1 over control: ${metric.inverse ? '-' : '\\+'}\\d+\\.\\d % \\(95 %`,
        ),
      );
      expect(
        standingOf({
          experiment: { variants, policy, startedAt: hourAt(0) },
          observations: better,
          dueAt: hourAt(671),
        }),
      ).toMatchObject({ leaderVariantId: 'c1' });
      const worse = lookAt(policyOf(objective, rule), against(improved(metric, 1 / 1.5)), 240, 400, 671);
      expect(worse).toMatchObject({ verdict: 'promote', winnerVariantId: 'control' });
    },
  );

  it('waits for the minimum number of events', () => {
    const limit = policy[QUANTITIES[metric.events].minimum];
    // One event per hour, each of a high value.
    const scarce = better.map((row) => ({
      ...row,
      conversions: 1,
      revenue: 90_000,
      linkClicks: metric.events === 'linkClicks' ? 1 : row.linkClicks,
    }));
    const before = lookAt(policy, scarce, limit - 1 + late);
    expect(before.verdict).toBe('insufficient_data');
    expect(before.pairs[0]!.evidence.missing).toContainEqual({
      code: 'minimum_clicks_b',
      value: limit - 1,
      limit,
    });
    expect(before.reasons.join(' ')).toContain(`c1 has ${limit - 1} ${noun} < ${limit}`);
    const codes = lookAt(policy, scarce, limit + late).pairs[0]!.evidence.missing.map(({ code }) => code);
    expect(codes).not.toContain('minimum_clicks_a');
    expect(codes).not.toContain('minimum_clicks_b');
  });

  it('gives the same results in any unit of money', () => {
    const scaled = better.map((row) => ({ ...row, spend: 128 * row.spend, revenue: 128 * row.revenue }));
    for (const rule of ['sequential', 'anytime'] as const) {
      const answers = [better, scaled].map((rows) => {
        const { pairs, verdict, reasons, health } = lookAt(policyOf(objective, rule), rows, 200, 300);
        const { information: _, ...evidence } = pairs[0]!.evidence;
        return { evidence, verdict, reasons, health };
      });
      expect(answers[1]).toEqual(answers[0]);
    }
    expect(verified(policy, scaled)).toEqual(verified(policy, better));
    const worse = against(improved(metric, 0.9));
    const moreMoney = worse.map((row) => ({ ...row, spend: 128 * row.spend, revenue: 128 * row.revenue }));
    expect(harmOf(rowsOf(moreMoney), NO_HISTORY)).toEqual(harmOf(rowsOf(worse), NO_HISTORY));
    expect(harmOf(rowsOf(worse), NO_HISTORY).logE).not.toBeNull();
  });

  it('verifies a lift that holds, reverts a winner that is worse, and waits for events', () => {
    const held = verified(policy, better);
    expect(held.outcome).toBe('verified');
    expect(held.message).toContain(
      `Verified: ${metric.label} of c1 over control ${metric.inverse ? '-' : '+'}`,
    );
    expect(verified(policy, against(improved(metric, 0.4))).outcome).toBe('reverted');
    const rows = better.map((row) => ({ ...row, linkClicks: 0, conversions: 0, revenue: 0 }));
    const few = metric.exposure === 'linkClicks' ? rows.map((row) => ({ ...row, linkClicks: 9 })) : rows;
    expect(verified(policy, few)).toMatchObject({ outcome: 'not_verified', winnerEvents: 0 });
    expect(verified(policy, few).message).toContain(`control has 0 ${noun} < 25`);
  });

  it('shows harm for a winner without events, and none for an equal one', () => {
    const without = against(improved(metric, 0), 48);
    const named = { objective, winner: 'c1', rival: 'control', history: NO_HISTORY };
    expect(harmSentence(rowsOf(without), named)).toMatch(
      new RegExp(
        `^${metric.label} of c1 over control since the decision: \\d+ ${noun} against \\d+, evidence`,
      ),
    );
    expect(harmSentence(rowsOf(against(USUAL, 48)), named)).toBeNull();
    const behind = against(improved(metric, 0.4), 240);
    expect(harmSentence(rowsOf(behind), named)).toContain(` decision: ${metric.inverse ? '+' : '-'}`);
  });

  it('holds a test whose variant is starved of events', () => {
    const starved = better.map((row) => ({ ...row, linkClicks: 0, conversions: 0, revenue: 0 }));
    const found = lookAt(policy, starved, 200 + late);
    expect(found.verdict).toBe('held');
    expect(found.reasons[0]).toMatch(new RegExp(`^control has 0 ${noun} < 25 after \\d+ days`));
  });

  it('names itself in the outlook and the advice', () => {
    const slight = lookAt(policy, against(improved(metric, 1.05)), 30 + late);
    expect(slight.verdict).toBe('continue_testing');
    expect(slight.reasons[0]).toContain(`; ${metric.label} of c`);
    expect(slight.outlook).toMatchObject({ hours: expect.any(Number), looks: expect.any(Number) });
    const equal = traffic('equal', HORIZON, [
      { ...USUAL, impressions: 150 },
      { ...USUAL, impressions: 150 },
    ]);
    const end = lookAt(policy, equal, 500, 640);
    expect(end.health.map(({ code }) => code)).toContain('futility');
    expect(end.reasons.join(' ')).toMatch(
      new RegExp(`A ${metric.label} \\d+\\.?\\d* % ${metric.inverse ? 'lower' : 'higher'}, in either ad`),
    );
    expect(
      daysToDetect(0.1, { events: 10, exposure: 9 }, { events: 10, exposure: 9 }, metric.scatter),
    ).toBeGreaterThan(0);
  });

  it('can be guarded by every ratio except its own', () => {
    const guardrails = GUARDRAIL_METRICS.map(
      (name) => ({ metric: name, mode: 'no_harm', margin: 0 }) as const,
    );
    const codes = lookAt({ ...policy, guardrails }, better, 240, 400, 671).health.map(({ code }) => code);
    const others = GUARDRAIL_METRICS.filter((name) => !isSameRatio(METRICS[name], metric));
    for (const name of GUARDRAIL_METRICS) {
      expect(codes.includes(`guardrail_${name}`), name).toBe(others.includes(name));
    }
  });

  it('is in the report and in the amount at risk with its lift', () => {
    const { pairs, confidence } = lookAt(policy, better, 240, 400, 671);
    const { theta, se, interval } = pairs[0]!.evidence;
    const report = compoundReport([
      {
        experiment: { variants, policy, promotedAt: LAST_WRITE },
        promotion: { winnerVariantId: 'c1', status: 'completed', confidence, theta, se },
        verification: { ...verified(policy, better), outcome: 'verified' },
        harmAtGate: false,
        lastDecision: { pairs },
      },
    ]);
    expect(report.claimed.mean).toBeGreaterThan(0.2);
    expect(report.shrunk.mean).toBeLessThan(report.claimed.mean);
    expect(report.verified?.mean).toBeGreaterThan(0);
    const risk = { amount: 100, moved: 900, worstLift: interval![0] };
    expect(atRiskSentence(risk, 'USD', { confidence: 0.95, adjusted: true, objective })).toMatch(
      /^At risk: up to USD 1\.00 a day of the USD 9\.00 a day moved/,
    );
  });

  it('tells the rule the source of its information', () => {
    const { information = 'events', minimumClicks } = ruleSettings(policy);
    expect(information).toBe(metric.worth === null ? 'events' : 'exposure');
    expect(minimumClicks).toBe(25);
  });
});

describe.each(GUARDRAIL_METRICS)('the guardrail %s', (name) => {
  const metric = METRICS[name];
  const finding = (ad: AdRates, hours = 300) =>
    guardrailFinding({
      guardrail: { metric: name, mode: 'no_harm', margin: 0 },
      winner: 'c1',
      rival: 'control',
      rows: pairRows(metric, traffic(name, hours, [USUAL, ad]), ['control', 'c1'], {
        startedAt: hourAt(0),
        until: hourAt(hours),
      }),
      minimum: 25,
      buckets: 'hour',
    });

  it('blocks a winner that is worse, and passes one that is as good', () => {
    expect(finding(improved(metric, 0.5))).toMatchObject({ code: `guardrail_${name}`, level: 'block' });
    expect(finding(improved(metric, 1.2)).message).toMatch(
      new RegExp(`^${metric.label} of c1 over control: .*, no evidence of harm$`),
    );
  });

  it('has too little data below the minimum of events', () => {
    expect(finding({ ...USUAL, impressions: 200 }, 8).message).toMatch(
      new RegExp(`too little data to see harm \\(c1 has \\d+ ${eventsNoun(metric)} < 25\\)$`),
    );
  });
});
