import type { AuditRow } from '../../../../src/sandbox/meta-simulator/index.js';
import type { ExperimentJson, LedgerRowJson, LookJson } from '../../../../src/tools/demo/api.js';
import type { Book } from '../../../../src/tools/demo/books.js';
import type { Gathered } from '../../../../src/tools/demo/document.js';

export const START = Date.parse('2026-11-25T06:00:00Z');
const HOUR_MS = 3_600_000;

interface Write {
  adSetId: string;
  phase: string;
  before: number;
  intended: number;
  /** Hours after {@link START}. */
  hour: number;
  refused?: boolean;
}

/** The writes of a rollout from 100/100 to 160/40: the loser L is cut before the winner W is raised. */
export function rolloutWrites(): Write[] {
  return [
    { adSetId: 'L', phase: '60', before: 10_000, intended: 8_000, hour: 0 },
    { adSetId: 'W', phase: '60', before: 10_000, intended: 12_000, hour: 0.05 },
    { adSetId: 'L', phase: '70', before: 8_000, intended: 6_000, hour: 1.2 },
    { adSetId: 'W', phase: '70', before: 12_000, intended: 14_000, hour: 1.25 },
    { adSetId: 'L', phase: '80', before: 6_000, intended: 4_000, hour: 3.4 },
    { adSetId: 'W', phase: '80', before: 14_000, intended: 16_000, hour: 3.45 },
  ];
}

/** A ledger of these writes; each is settled 0.01 h after its entry. */
export function ledgerOf(writes: readonly Write[]): LedgerRowJson[] {
  return writes.map(({ adSetId, phase, before, intended, hour, refused }, index) => ({
    sequence: index + 1,
    ad_set_id: adSetId,
    phase,
    before,
    intended,
    read_back: refused ? null : intended,
    outcome: refused ? ('refused' as const) : ('applied' as const),
    error: refused ? 'This ad set can not be changed in this way.' : null,
    at: new Date(START + hour * HOUR_MS).toISOString(),
    settled_at: new Date(START + (hour + 0.01) * HOUR_MS).toISOString(),
    compensates: null,
    error_kind: null,
    at_risk_cents: null,
  }));
}

/** The market's audit of the same writes. */
export function auditOf(writes: readonly Write[]): AuditRow[] {
  return writes.map(({ adSetId, before, intended, hour, refused }, index) => ({
    sequence: index + 1,
    at: START + (hour + 0.005) * HOUR_MS,
    adSetId,
    actor: 'api' as const,
    before,
    requested: intended,
    outcome: refused ? ('refused' as const) : ('applied' as const),
    appliedAt: refused ? null : START + (hour + 0.005) * HOUR_MS,
    code: refused ? 100 : null,
    subcode: null,
    fault: refused ? ('refuse' as const) : null,
  }));
}

export function bookOf(writes: readonly Write[], budgets: Book['budgets']): Book {
  return { experimentId: 'spring', ledger: ledgerOf(writes), budgets };
}

/** Budgets after {@link rolloutWrites}. */
export const ROLLED_OUT: Book['budgets'] = {
  L: { before: 10_000, now: 4_000 },
  W: { before: 10_000, now: 16_000 },
};

/** A look of 30 hours with one pair, challenger over control. */
export function look(pair: { effect: number; se: number; confidence: number }): LookJson {
  return {
    experiment_id: 'spring',
    look_number: 5,
    due_at: new Date(START).toISOString(),
    seen_until: new Date(START).toISOString(),
    decided_at: new Date(START).toISOString(),
    rule: 'sequential',
    rule_version: '1',
    verdict: 'promote',
    winner_variant_id: null,
    leader_variant_id: null,
    confidence: pair.confidence,
    confidence_text: pair.confidence.toFixed(3),
    drift: null,
    reasons: [],
    pairs: [
      {
        variant_a: 'control',
        variant_b: 'challenger',
        effect: pair.effect,
        standard_error: pair.se,
        lift: Math.expm1(pair.effect),
        interval: null,
        confidence: pair.confidence,
        confidence_now: pair.confidence,
        p: 1 - pair.confidence,
        counts: true,
        adjusted: true,
        note: null,
        missing: [],
        bound: 2.8,
        called_winner: null,
        by_week: [],
        trend: null,
        breakdown: null,
        welch_unadjusted: null,
      },
    ],
    metrics: {},
    health: [],
    outlook: null,
    randomised: false,
    input_hash: '',
    asked_by: 'schedule',
  };
}

/** An experiment with this winner (null: none yet); the control has ad set L, the challenger W. */
export function gathered(
  id: string,
  options: {
    winner: 'control' | 'challenger' | null;
    state?: ExperimentJson['state'];
    reason?: string;
    effect?: number;
    se?: number;
    confidence?: number;
    writes?: readonly Write[];
    budgets?: Book['budgets'];
    headlines?: readonly [string, string];
  },
): Gathered {
  const { winner, effect = 0.3, se = 0.06, confidence = 0.998, headlines = ['Old', 'New'] } = options;
  const state = options.state ?? (winner === null ? 'running' : 'verifying');
  const creative = (headline: string) => ({
    headline,
    hook: null,
    text: null,
    script: null,
    visual_notes: null,
  });
  const start = new Date(START - 30 * HOUR_MS).toISOString();
  return {
    experiment: {
      experiment_id: id,
      name: id,
      environment: 'sandbox',
      account_id: 'act_1',
      currency: 'USD',
      state,
      state_reason: options.reason ?? '',
      state_changed_at: start,
      start_date: start,
      promoted_at: winner === null ? null : new Date(START).toISOString(),
      end_date: null,
      winner_variant_id: winner,
      winner_ad_id: winner === null ? null : `${winner}-ad`,
      variants: [
        {
          id: 'control',
          role: 'control',
          ad_id: 'control-ad',
          ad_set_id: 'L',
          dropped_at: null,
          draft_id: null,
          creative: creative(headlines[0]),
        },
        {
          id: 'challenger',
          role: 'challenger',
          ad_id: 'challenger-ad',
          ad_set_id: 'W',
          dropped_at: null,
          draft_id: null,
          creative: creative(headlines[1]),
        },
      ],
      policy: {
        objective: 'click_through_rate',
        rule: 'sequential',
        strict: false,
        confidence: 0.95,
        minimum_run_hours: 24,
        minimum_impressions: 100,
        minimum_clicks: 25,
        minimum_conversions: 25,
        buckets: 'hour',
        strata: 'hour',
        conversion_event: 'purchase',
        attribution_window_hours: 24,
        guardrails: [],
        guardrail_wait_hours: null,
        horizon_hours: 672,
        check_every_hours: 6,
        minimum_detectable_effect: 0.1,
        indifference: 0.05,
        drop_beaten: false,
        phases: [],
        approval_required: false,
        approval_hours: 72,
        at_risk_limit_cents: null,
        max_step_factor: 2,
        recheck_days: 28,
        verification: { settle_hours: 24, window_hours: 168 },
      },
      accepted_differences: null,
      earlier_delivery: null,
      horizon_at: '2026-12-21T09:00:00Z',
      extensions: [],
    },
    looks: [look({ effect, se, confidence })],
    ledger: ledgerOf(options.writes ?? []),
    budgets: options.budgets ?? { L: { before: 10_000, now: 10_000 }, W: { before: 10_000, now: 10_000 } },
  };
}
