/** The demo's document. Amounts are minor units, lifts fractions, instants ISO 8601 of experiment time. */
import { z } from 'zod';
import { EXPERIMENT_STATES } from '../../domain/experiment.js';
import { claimedInterval, claimedLift, compoundLift, type Estimate } from '../../domain/reporting/lift.js';
import { learnPrior, type Prior } from '../../domain/reporting/prior.js';
import { compoundInterval, shrunkLift } from '../../domain/reporting/shrinkage.js';
import type { ExperimentJson, LedgerRowJson, LookJson } from './api.js';
import { DemoLoop, loopEntry, type PlayedLoop } from './document-loop.js';
import { type Judgement, SCENARIO_NAMES, type ScenarioName } from './scenarios.js';

const minorUnits = z.int().min(0);
const instant = z.iso.datetime();
const lift = z.number().gt(-1);
/** 95 %, low and high. */
const liftInterval = z.tuple([lift, lift]);

export const LedgerEntry = z.strictObject({
  sequence: z.int().min(1),
  ad_set_id: z.string(),
  phase: z.string(),
  before: minorUnits,
  intended: minorUnits,
  read_back: minorUnits.nullable(),
  outcome: z.enum(['pending', 'applied', 'refused', 'not_sent', 'unknown']),
  at: instant,
});

export const DemoExperiment = z.strictObject({
  experiment_id: z.string(),
  state: z.enum(EXPERIMENT_STATES),
  winner_ad_id: z.string().nullable(),
  promoted_at: instant.nullable(),
  confidence: z.number().min(0).max(1),
  looks: z.int().min(0),
  claimed_lift: lift,
  shrunk_lift: lift,
  control_creative: z.string(),
  winner_creative: z.string().nullable(),
  budgets: z.record(z.string(), z.strictObject({ before: minorUnits, now: minorUnits })),
  ledger: z.array(LedgerEntry),
});
export type DemoExperiment = z.output<typeof DemoExperiment>;

export const DemoScenario = z.strictObject({
  name: z.enum(SCENARIO_NAMES),
  passed: z.boolean(),
  summary: z.string(),
  experiments: z.array(DemoExperiment),
  /** Of consecutive tests: the product of their gains. A test that its control wins gains nothing. */
  shrunk_product: lift.optional(),
  shrunk_product_interval: liftInterval.optional(),
  claimed_product: lift.optional(),
  /** From the errors of the tests alone: that the winners were selected is ignored. */
  claimed_product_interval: liftInterval.optional(),
  /** Of consecutive tests: what was drafted and learned, and what other drafts would have reached. */
  loop: DemoLoop.optional(),
});
export type DemoScenario = z.output<typeof DemoScenario>;

export const DemoDocument = z.strictObject({
  seed: z.int(),
  time_scale: z.number(),
  scenarios: z.array(DemoScenario),
  books: z.strictObject({
    agree: z.boolean(),
    /** Number of budget writes in the market's audit. */
    rows: z.int().min(0),
    /** One sentence per disagreement. */
    disagreements: z.array(z.string()),
    /** How many hours later than planned the latest phase was; null if no phase was written. */
    latest_phase_hours: z.number().nullable(),
  }),
});
export type DemoDocument = z.output<typeof DemoDocument>;

/** Everything that the service and the market say of one experiment when the demo ends. */
export interface Gathered {
  experiment: ExperimentJson;
  /** Latest first. */
  looks: LookJson[];
  ledger: LedgerRowJson[];
  /** The market's amounts by ad set id. */
  budgets: Record<string, { before: number; now: number }>;
}

const UNFINISHED: readonly string[] = ['running', 'paused', 'awaiting_approval'];

/**
 * Effect of challenger over control at the last look; null if nothing could be estimated yet. Of several challengers it is the
 * winner's, or else the first one's.
 */
export function effectOf({ looks, experiment }: Pick<Gathered, 'looks' | 'experiment'>): Estimate | null {
  const pairs = looks[0]?.pairs ?? [];
  const winner = experiment.winner_variant_id;
  const pair = pairs.find((one) => one.variant_a === 'control' && one.variant_b === winner) ?? pairs[0];
  return pair && pair.standard_error > 0 ? { theta: pair.effect, se: pair.standard_error } : null;
}

/** The prior of true lifts, learned from all experiments that have reached a decision. */
export function learnedPrior(gathered: readonly Gathered[]): Prior {
  const finished = gathered.filter(({ experiment }) => !UNFINISHED.includes(experiment.state));
  return learnPrior(finished.map(effectOf).filter((effect) => effect !== null));
}

export function experimentEntry(gathered: Gathered, prior: Prior): DemoExperiment {
  const { experiment, looks, ledger, budgets } = gathered;
  const headline = (id: string | null) =>
    experiment.variants.find((variant) => variant.id === id)?.creative.headline ?? null;
  const effect = effectOf(gathered);
  return {
    experiment_id: experiment.experiment_id,
    state: experiment.state,
    winner_ad_id: experiment.winner_ad_id,
    promoted_at: experiment.promoted_at,
    confidence: looks[0]?.confidence ?? 0,
    looks: looks.length,
    claimed_lift: effect ? claimedLift(effect.theta) : 0,
    shrunk_lift: effect ? shrunkLift(effect, prior) : 0,
    control_creative: headline('control') ?? '',
    winner_creative: headline(experiment.winner_variant_id),
    budgets,
    ledger: ledger.map((row) => LedgerEntry.strip().parse(row)),
  };
}

/** The scenario's part of the document; consecutive tests get their products. */
export function scenarioEntry(
  name: ScenarioName,
  judgement: Judgement,
  gathered: readonly Gathered[],
  prior: Prior,
  loop?: PlayedLoop,
): DemoScenario {
  const experiments = gathered.map((one) => experimentEntry(one, prior));
  const entry: DemoScenario = { name, ...judgement, experiments };
  if (name !== 'compound_learning') return entry;
  const gained = gathered.map(
    ({ experiment: { winner_variant_id: winner } }) => winner !== null && winner !== 'control',
  );
  const gains = (liftOf: (experiment: DemoExperiment) => number) =>
    compoundLift(experiments.map((experiment, index) => (gained[index] ? liftOf(experiment) : 0)));
  const winners = gathered
    .filter((_, index) => gained[index])
    .map(effectOf)
    .filter((effect) => effect !== null);
  return {
    ...entry,
    ...(loop && { loop: loopEntry(loop, gathered) }),
    shrunk_product: gains((experiment) => experiment.shrunk_lift),
    shrunk_product_interval: compoundInterval(winners, prior),
    claimed_product: gains((experiment) => experiment.claimed_lift),
    claimed_product_interval: claimedInterval(winners),
  };
}
