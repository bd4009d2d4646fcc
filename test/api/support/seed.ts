import type {
  LedgerOutcome,
  Promotion,
  PromotionStatus,
  Recheck,
  Verification,
} from '../../../src/contract/records.js';
import type { Decision, PairEvidence, Verdict } from '../../../src/domain/decision/decision.js';
import {
  DEFAULT_POLICY,
  type Experiment,
  type ExperimentState,
  type Variant,
} from '../../../src/domain/experiment.js';
import { planRollout } from '../../../src/domain/rollout/plan.js';
import { THREE_PHASES } from '../../support/phases.js';
import { type Api, HOUR, START } from './harness.js';

export const CONTROL_METRICS = {
  impressions: 14_800,
  clicks: 500,
  linkClicks: 400,
  spend: 40_100,
  conversions: 20,
  revenue: 99_950,
};
export const CHALLENGER_METRICS = {
  impressions: 15_000,
  clicks: 700,
  linkClicks: 518,
  spend: 41_250,
  conversions: 31,
  revenue: 150_000,
};

const NO_CREATIVE = { hook: null, headline: null, text: null, script: null, visualNotes: null };

/** Records a running experiment with its own ad sets. */
export async function seedExperiment(
  api: Api,
  id: string,
  more: Partial<Experiment> & { challengers?: number; draftId?: string } = {},
): Promise<Experiment> {
  const { challengers = 1, draftId, ...changes } = more;
  const variant = (name: string, role: Variant['role']): Variant => ({
    id: name,
    role,
    adId: `ad_${id}_${name}`,
    adSetId: `set_${id}_${name}`,
    creative: NO_CREATIVE,
    ...(draftId && name === 'challenger-1' ? { draftId } : {}),
  });
  return api.store.createExperiment({
    id,
    name: `Test ${id}`,
    environment: 'sandbox',
    accountId: api.market.account.id,
    currency: 'USD',
    state: 'running',
    reason: { code: 'started' },
    hold: null,
    stateChangedAt: START,
    policy: { ...DEFAULT_POLICY, phases: THREE_PHASES },
    variants: [
      variant('control', 'control'),
      ...Array.from({ length: challengers }, (_, i) => variant(`challenger-${i + 1}`, 'challenger')),
    ],
    startedAt: START,
    winnerVariantId: null,
    promotedAt: null,
    endedAt: null,
    ...changes,
  });
}

/** Moves an experiment from its current state to another. */
export async function moveTo(
  api: Api,
  id: string,
  to: ExperimentState,
  more: { reason?: string; at?: number; winnerVariantId?: string; promotedAt?: number } = {},
): Promise<Experiment> {
  const { reason = `It is ${to} now.`, at = START + 30 * HOUR, ...rest } = more;
  const from = (await api.store.getExperiment(id))!.state;
  const { ok, experiment } = await api.store.transition({
    experimentId: id,
    from,
    to,
    reason: { code: 'recorded', detail: reason },
    at,
    ...rest,
  });
  if (!ok) throw new Error(`${id} is no longer ${from}`);
  return experiment;
}

export function pairOfChallenger(theta: number, se: number, variantB = 'challenger-1'): PairEvidence {
  return {
    variantA: 'control',
    variantB,
    evidence: {
      hours: 30,
      theta,
      se,
      df: 28,
      t: theta / se,
      information: 220,
      counts: true,
      adjusted: true,
      missing: [],
      bound: 2.7,
      tCritical: 2.9,
      p: 0.03,
      confidence: 0.97,
      interval: [0.05, 0.6],
      winner: 'B',
    },
    calledWinner: variantB,
    welch: { t: 4.1, df: 20_000, p: 0.0001 },
  };
}

export function aDecision(experimentId: string, verdict: Verdict, more: Partial<Decision> = {}): Decision {
  const promotes = verdict === 'promote';
  return {
    experimentId,
    lookNumber: 1,
    dueAt: START + 30 * HOUR,
    seenUntil: START + 30 * HOUR,
    decidedAt: START + 30 * HOUR,
    rule: 'sequential',
    ruleVersion: '1',
    verdict,
    winnerVariantId: promotes ? 'challenger-1' : null,
    leaderVariantId: 'challenger-1',
    confidence: promotes ? 0.97 : 0.4,
    pairs: [pairOfChallenger(0.3, 0.1)],
    metrics: { control: CONTROL_METRICS, 'challenger-1': CHALLENGER_METRICS },
    reasons: [promotes ? '|t| 3.0 >= 2.9.' : '|t| 1.0 < 2.9.'],
    health: [],
    outlook: null,
    setting: null,
    accountDrift: null,
    inputHash: '0'.repeat(64),
    askedBy: 'schedule',
    ...more,
  };
}

/** Hours of every ad since the start of the test; each ad has its own figures, and each hour another one. */
export async function seedHours(api: Api, experiment: Experiment, hours: number): Promise<void> {
  const rows = experiment.variants.flatMap(({ id, adId }, place) =>
    Array.from({ length: hours }, (_, hour) => ({
      variantId: id,
      adId,
      granularity: 'hour' as const,
      bucketStart: experiment.startedAt + hour * HOUR,
      bucketEnd: experiment.startedAt + (hour + 1) * HOUR,
      impressions: 500 + hour,
      clicks: 20 + place,
      linkClicks: 10 + 3 * place + (hour % 5),
      spend: 1_234 + hour,
      conversions: hour % 3,
      revenue: 5_000 * (hour % 3),
    })),
  );
  await api.store.appendObservations(experiment.id, rows, experiment.startedAt + hours * HOUR);
}

/** A promotion of 50/50 over 10,000 minor units, with the phases that are done and their ledger. */
export async function seedPromotion(
  api: Api,
  experiment: Experiment,
  more: {
    winner?: string;
    status?: PromotionStatus;
    phases?: ('60' | '70' | '80')[];
    theta?: number;
    se?: number;
    at?: number;
    confidence?: number;
    forced?: boolean;
  } = {},
): Promise<Promotion> {
  const {
    winner = 'challenger-1',
    status,
    phases = ['60'],
    theta = 0.3,
    se = 0.1,
    at = START + 30 * HOUR,
    confidence = 0.97,
    forced = false,
  } = more;
  const share = 10_000 / experiment.variants.length;
  const base = Object.fromEntries(experiment.variants.map(({ adSetId }) => [adSetId, share]));
  const winnerAdSetId = experiment.variants.find(({ id }) => id === winner)!.adSetId;
  const planned = planRollout({
    base,
    winnerAdSetId,
    phases: experiment.policy.phases,
    maxStepFactor: 10,
    minimum: 100,
    currency: experiment.currency,
  });
  if (planned.kind === 'refused') throw new Error(planned.reason);
  const promotion: Promotion = {
    experimentId: experiment.id,
    winnerVariantId: winner,
    lookNumber: 1,
    forced,
    by: forced ? 'ana' : 'rule',
    reason: 'the rule',
    status: status ?? 'in_progress',
    plan: planned.plan,
    confidence,
    theta,
    se,
    interval: [0.05, 0.6],
    metrics: Object.fromEntries(
      experiment.variants.map(({ id }) => [id, id === winner ? CHALLENGER_METRICS : CONTROL_METRICS]),
    ),
    openedAt: at,
    phasesDone: {},
  };
  await api.store.openPromotion(promotion);
  const current = { ...base };
  for (const [index, name] of phases.entries()) {
    const { targets } = planned.plan.phases.find((phase) => phase.name === name)!;
    for (const [adSetId, amount] of Object.entries(targets)) {
      await seedWrite(api, experiment.id, adSetId, name, current[adSetId]!, amount, 'applied', at);
      current[adSetId] = amount;
    }
    await api.store.completePhase(experiment.id, name, at + index * HOUR);
  }
  return (await api.store.getPromotion(experiment.id))!;
}

export async function seedWrite(
  api: Api,
  experimentId: string,
  adSetId: string,
  phase: string,
  before: number,
  intended: number,
  outcome: Exclude<LedgerOutcome, 'pending'>,
  at: number,
): Promise<void> {
  const row = await api.store.enterAttempt({
    experimentId,
    adSetId,
    phase,
    before,
    intended,
    at,
    compensates: null,
  });
  await api.store.settleAttempt(experimentId, row.sequence, {
    outcome,
    readBack: outcome === 'applied' ? intended : null,
    error: outcome === 'refused' ? 'Invalid parameter' : null,
    settledAt: at + 1_000,
  });
}

/** The outcome of a promotion's verification, 9 days after its decision. */
export function seedVerification(
  api: Api,
  experimentId: string,
  outcome: Verification['outcome'],
  more: Partial<Verification> = {},
): Promise<Verification> {
  const { winner = 'challenger-1', rival = 'control', decidedAt = START + 250 * HOUR } = more;
  return api.store.saveVerification({
    experimentId,
    outcome,
    winner,
    rival,
    theta: 0.2,
    se: 0.05,
    df: 150,
    interval: [0.12, 0.33],
    rows: 168,
    days: 7,
    winnerEvents: 900,
    rivalEvents: 180,
    logHarm: null,
    message: `It is ${outcome}.`,
    dueAt: decidedAt,
    seenUntil: decidedAt,
    decidedAt,
    ...more,
  });
}

/** The recheck of a verified promotion. */
export async function seedRecheck(
  api: Api,
  experimentId: string,
  more: Partial<Recheck> = {},
): Promise<Recheck> {
  const { logHarm: _, outcome: __, ...measured } = (await api.store.getVerification(experimentId))!;
  return api.store.saveRecheck({
    ...measured,
    outcome: 'holds',
    message: 'The lift holds.',
    laterTests: [],
    ...more,
  });
}

/** An experiment that was promoted, with its decision, promotion and state. */
export async function seedPromoted(
  api: Api,
  id: string,
  more: Parameters<typeof seedPromotion>[2] & {
    state?: ExperimentState;
    startedAt?: number;
    rule?: Experiment['policy']['rule'];
    objective?: Experiment['policy']['objective'];
    /** The draft that became the challenger. */
    draftId?: string;
    /** Who declared that delivery before the handover counts. */
    declaredBy?: string;
  } = {},
): Promise<Experiment> {
  const { state = 'verifying', startedAt = START, rule = 'sequential', declaredBy, ...rest } = more;
  const { objective = DEFAULT_POLICY.objective, draftId, ...promotion } = rest;
  const { at = startedAt + 30 * HOUR, winner = 'challenger-1' } = promotion;
  const policy = { ...DEFAULT_POLICY, phases: THREE_PHASES, rule, objective };
  const declared = { by: declaredBy ?? '', reason: 'planned', at };
  const experiment = await seedExperiment(api, id, {
    ...{ startedAt, stateChangedAt: startedAt, policy },
    ...(draftId && { draftId }),
    ...(declaredBy && { earlierDelivery: { handedOverAt: at, since: startedAt, read: null, declared } }),
  });
  await api.store.saveDecision(aDecision(id, 'promote', { decidedAt: at }), {});
  await moveTo(api, id, 'rolling_out', { at, winnerVariantId: winner, promotedAt: at });
  await seedPromotion(api, experiment, { phases: ['60', '70', '80'], status: 'completed', ...promotion, at });
  return state === 'rolling_out' ? experiment : moveTo(api, id, state, { at: at + 4 * HOUR });
}
