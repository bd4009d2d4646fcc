/** What the loop would have reached with other drafts, in the same hidden world. */

import { archivedEffects } from '../../archive/read.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import type { Creative } from '../../domain/experiment.js';
import { FOREIGN_SLOPE } from '../../domain/patterns/evidence.js';
import { creativeWorld } from '../../sandbox/meta-simulator/creative-world.js';
import type { Market } from '../../sandbox/meta-simulator/index.js';
import { Random } from '../../sandbox/random.js';
import { CHOICES, type Choice, runTests } from '../loop/programme.js';
import { simulateTest } from '../loop/simulated-test.js';
import { CHALLENGERS, LOOP_POLICY, type LoopPlan } from './world.js';

export interface SimulationJob {
  /** Of the market in which the loop runs. */
  textWorld: Market['textWorld'];
  plan: LoopPlan;
  /** Of each way to choose drafts. They differ in what people click and in what is chosen at random. */
  runs: number;
}

/** True log rate of the last winner over that of the first ad, per run. */
export type Simulated = Record<Choice, number[]>;

/**
 * As the service writes offline and chooses by attributes. Its preference model, which reads texts, has no say: it would have to be
 * learned anew after each test.
 */
export function simulateLoops({ textWorld, plan, runs }: SimulationJob): Simulated {
  const { seed, baseClickRate } = textWorld;
  const world = creativeWorld(seed, textWorld);
  const first: Creative = { hook: null, ...plan.first, script: null, visualNotes: null };
  const firstRate = baseClickRate * Math.exp(world(textsOf(first)));
  const elsewhere = Object.fromEntries(
    [...archivedEffects()].map(([id, { effect }]) => [id, FOREIGN_SLOPE * effect]),
  );
  const reached = (choice: Choice, run: number) =>
    runTests({
      ...{ choice, world, first, elsewhere },
      brief: { ...plan.brief, mustSay: [], mustNotSay: [] },
      startsFrom: 'brief',
      tests: plan.tests,
      challengers: CHALLENGERS,
      random: new Random(`${seed}/demo/${run}/${choice}`),
      runTest: (test, rates, sinceFirst) =>
        simulateTest({
          // The same luck for all three.
          key: `${seed}/demo/${run}/${test}`,
          clickRates: rates.map((rate) => Math.min(1, firstRate * Math.exp(sinceFirst) * rate)),
          dailyBudget: plan.dailyBudget,
          policy: LOOP_POLICY,
        }),
    }).winners.at(-1)!;
  return Object.fromEntries(
    CHOICES.map((choice) => [choice, Array.from({ length: runs }, (_, run) => reached(choice, run))]),
  ) as Simulated;
}
