/** The four scenarios. Each creates its experiments over the API, waits for them, and judges the result. */
import { DEFAULT_POLICY, type ExperimentState, maxStepFactorOf } from '../../domain/experiment.js';
import { phaseName, planRollout } from '../../domain/rollout/plan.js';
import { prepareTest } from '../../sandbox/first-experiments.js';
import type { Market } from '../../sandbox/meta-simulator/index.js';
import type { ExperimentJson } from './api.js';
import { type LoopRound, type LoopStage, playLoop } from './loop.js';
import { type DemoWorld, type PlannedTest, specOf, trulyBetter } from './world.js';

export const SCENARIO_NAMES = ['clear_winner', 'continue_testing', 'compound_learning', 'batch'] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export interface Stage extends LoopStage {
  world: DemoWorld;
  market: LoopStage['market'] & Pick<Market, 'account' | 'order' | 'budgets'>;
  /** Each test of two planned ads is added as it is created. */
  tests: PlannedTest[];
  /** Each test of drafts is added as it is created. */
  rounds: LoopRound[];
}

/** An experiment at the end of the whole demo. */
export interface Ended {
  experiment: ExperimentJson;
  /** At least one write of a budget was attempted. */
  moved: boolean;
}

/** Judges a scenario that was played to its end. `ended` is in the order of creation. */
export type Judge = (ended: readonly Ended[]) => Judgement;

export interface Judgement {
  passed: boolean;
  /** One sentence for people. */
  summary: string;
}

/** States in which the winner has its last phase. */
const STANDING: readonly ExperimentState[] = ['verifying', 'completed'];
/** States in which nothing changes without a user. */
const SETTLED: readonly ExperimentState[] = [
  ...STANDING,
  'reverted',
  'no_winner',
  'stopped',
  'needs_attention',
];
const LAST_SHARE = DEFAULT_POLICY.phases.at(-1)!.winnerShare;
/** The phase whose write Meta refuses in the batch. */
const REFUSED_PHASE = phaseName(DEFAULT_POLICY.phases[1]!);
/** `winner/rest` of the last phase, in percent. */
const LAST_SPLIT = [LAST_SHARE, 1 - LAST_SHARE].map((winnerShare) => phaseName({ winnerShare })).join('/');

/** The scenarios by name; they may run side by side. */
export const SCENARIOS: Record<ScenarioName, (stage: Stage) => Promise<Judge>> = {
  clear_winner: playClearWinner,
  continue_testing: playTooClose,
  compound_learning: playCompound,
  batch: playBatch,
};

async function playClearWinner(stage: Stage): Promise<Judge> {
  const test = stage.world.clearWinner;
  await create(stage, test);
  await stage.watch.until(test.id, SETTLED);
  return ([ended]) => {
    const { experiment } = ended!;
    if (!isStanding(experiment)) return { passed: false, summary: undecided(experiment) };
    const winner = headlineOfWinner(experiment);
    const truth = winner === trulyBetter(test).headline ? 'the truly better ad' : 'the truly worse ad';
    return { passed: true, summary: `“${winner}” was promoted to ${LAST_SPLIT}; it is ${truth}.` };
  };
}

/** It has no wait of its own: it must still be running when the other scenarios have ended. */
async function playTooClose(stage: Stage): Promise<Judge> {
  const test = stage.world.tooClose;
  await create(stage, test);
  return ([ended]) => {
    const { experiment, moved } = ended!;
    const passed = experiment.state === 'running' && !moved;
    return {
      passed,
      summary: passed
        ? 'Too close to call: the test goes on, and no budget was changed.'
        : `Chance decided a test that was meant to be too close to call: it is ${experiment.state}. ${experiment.state_reason}`,
    };
  };
}

async function playCompound(stage: Stage): Promise<Judge> {
  const { rounds, watch, world } = stage;
  const { tests } = world.compound;
  await playLoop(stage, world.compound, rounds);
  // A rollout may still be under way.
  for (const { id } of rounds) await watch.until(id, SETTLED);
  return (ended) => {
    const experiments = ended.map(({ experiment }) => experiment);
    const decided = experiments.filter((one) => isStanding(one) || one.state === 'no_winner').length;
    if (decided < tests) {
      const last = experiments.find((one) => !isStanding(one) && one.state !== 'no_winner');
      const why = last ? undecided(last) : '';
      return {
        passed: false,
        summary: `${decided} of ${tests} tests ended by their figures in time. ${why}`.trim(),
      };
    }
    const won = experiments.filter(({ winner_variant_id: id }) => id !== null && id !== 'control').length;
    return {
      passed: true,
      summary: `${tests} consecutive tests, each of drafts against the previous winner; a draft won ${won} of them.`,
    };
  };
}

async function playBatch(stage: Stage): Promise<Judge> {
  const { tests, refusedIndex } = stage.world.batch;
  await Promise.all(
    tests.map(async (test, index) => {
      const created = await create(stage, test);
      if (index === refusedIndex) await orderRefusal(stage.market, created);
    }),
  );
  await Promise.all(tests.map((test) => stage.watch.until(test.id, SETTLED)));
  return (ended) => {
    const refused = ended.find(({ experiment }) => experiment.experiment_id === tests[refusedIndex]!.id)!;
    const others = ended.filter((one) => one !== refused);
    const standing = others.filter(({ experiment }) => isStanding(experiment)).length;
    const { experiment_id, state } = refused.experiment;
    return {
      passed: state === 'reverted' && standing === others.length,
      summary: `${standing} of ${others.length} winners were promoted to ${LAST_SPLIT}; the test with the refused write (${experiment_id}) is ${state}.`,
    };
  };
}

async function create({ market, api, tests }: Stage, test: PlannedTest): Promise<ExperimentJson> {
  tests.push(test);
  return api.create(await prepareTest(market, specOf(test)));
}

/**
 * Makes the market refuse the winner's write of one phase permanently. The winner is not known yet, so the refusal is
 * ordered for either ad set, at the amount that the winner would get in that phase: no other write of the test has it.
 */
async function orderRefusal(market: Stage['market'], experiment: ExperimentJson): Promise<void> {
  const adSetIds = experiment.variants.map((variant) => variant.ad_set_id);
  const base = await market.budgets(adSetIds);
  for (const winnerAdSetId of adSetIds) {
    const { minDailyBudget: minimum, currency } = market.account;
    const planned = planRollout({
      base,
      winnerAdSetId,
      phases: DEFAULT_POLICY.phases,
      maxStepFactor: maxStepFactorOf(DEFAULT_POLICY),
      minimum,
      currency,
    });
    const phase =
      planned.kind === 'plan' ? planned.plan.phases.find(({ name }) => name === REFUSED_PHASE) : undefined;
    if (!phase) throw new Error(`${experiment.experiment_id} has no phase ${REFUSED_PHASE} to refuse`);
    await market.order({
      kind: 'refuse',
      objectId: winnerAdSetId,
      method: 'POST',
      dailyBudget: phase.targets[winnerAdSetId]!,
      times: null,
    });
  }
}

export function isStanding({ state }: Pick<ExperimentJson, 'state'>): boolean {
  return STANDING.includes(state);
}

/** Null before there is a winner. */
export function headlineOfWinner({ variants, winner_variant_id }: ExperimentJson): string | null {
  return variants.find(({ id }) => id === winner_variant_id)?.creative.headline ?? null;
}

function undecided({ experiment_id, state, state_reason }: ExperimentJson): string {
  return `${experiment_id} is ${state} when the time is up${state_reason ? `: ${state_reason}` : '.'}`;
}
