/** What the document says of consecutive tests of drafts. */
import { z } from 'zod';
import { DRAFT_SOURCES } from '../../contract/drafts.js';
import type { ExperimentJson, LookJson } from './api.js';
import { type LoopRound, winnerOf } from './loop.js';
import type { Simulated } from './loop-simulation.js';
import type { Copy } from './world.js';

const lift = z.number().gt(-1);
const clickRate = z.number().min(0).max(1);
const count = z.int().min(0);

const DemoLoopAd = z.strictObject({
  variant_id: z.string(),
  draft_id: z.string().nullable(),
  headline: z.string(),
  text: z.string().nullable(),
  /** What it changes; null for a control. */
  change: z.string().nullable(),
  patterns: z.array(z.string()),
  true_click_rate: clickRate,
  /** Over the control; null for the control, or if nothing could be estimated. */
  measured_lift: lift.nullable(),
  true_lift: lift,
});
export type DemoLoopAd = z.output<typeof DemoLoopAd>;

/** How far a way to choose drafts got, per simulated run: true lift of the last winner over the first ad. */
const Runs = z.array(lift);

export const DemoLoop = z.strictObject({
  first: z.strictObject({ headline: z.string(), text: z.string().nullable(), true_click_rate: clickRate }),
  tests: z.array(
    z.strictObject({
      experiment_id: z.string(),
      drafts_by: z.enum(DRAFT_SOURCES),
      starts_from: z.string().nullable(),
      ads: z.array(DemoLoopAd),
      /** The ad that the next test starts from: the control if no ad won. */
      winner_variant_id: z.string(),
      learned: z
        .strictObject({
          tests: count,
          patterns: z.array(
            z.strictObject({ pattern_id: z.string(), statement: z.string(), uses: count, wins: count }),
          ),
        })
        .nullable(),
    }),
  ),
  /** True lift of the last winner over the first ad; null before the first test. */
  reached: lift.nullable(),
  simulated: z.strictObject({
    with_patterns: Runs,
    without_patterns: Runs,
    shuffled_patterns: Runs,
  }),
});
export type DemoLoop = z.output<typeof DemoLoop>;

/** What the service says of a round's test; the latest look first. */
interface Ended {
  experiment: ExperimentJson;
  looks: readonly LookJson[];
}

export interface PlayedLoop {
  first: Copy;
  /** In the order of the tests. */
  rounds: LoopRound[];
  simulated: Simulated;
}

/** `gathered`: of the rounds, in their order. */
export function loopEntry({ first, rounds, simulated }: PlayedLoop, gathered: readonly Ended[]): DemoLoop {
  const known = rounds.slice(0, gathered.length);
  const firstRate = known[0]?.ads[0]?.trueClickRate ?? 0;
  const winners = known.map((round, i) => winnerOf(round, gathered[i]!.experiment));
  const lifts = (logLifts: readonly number[]) => logLifts.map(Math.expm1);
  const last = winners.at(-1);
  return {
    first: { ...first, true_click_rate: firstRate },
    tests: known.map(({ id, source, startsFrom, ads, learned }, i) => ({
      experiment_id: id,
      drafts_by: source,
      starts_from: startsFrom,
      ads: ads.map((ad) => adEntry(ad, ads[0]!, gathered[i]!)),
      winner_variant_id: winners[i]!.variantId,
      learned: learned && {
        tests: learned.tests,
        patterns: learned.patterns.map(({ id: pattern_id, ...pattern }) => ({ pattern_id, ...pattern })),
      },
    })),
    reached: last === undefined ? null : last.trueClickRate / firstRate - 1,
    simulated: {
      with_patterns: lifts(simulated.learned),
      without_patterns: lifts(simulated.random),
      shuffled_patterns: lifts(simulated.shuffled),
    },
  };
}

function adEntry(
  ad: LoopRound['ads'][number],
  control: LoopRound['ads'][number],
  { looks }: Ended,
): DemoLoopAd {
  const pair = looks[0]?.pairs.find((one) => one.variant_a === 'control' && one.variant_b === ad.variantId);
  return {
    variant_id: ad.variantId,
    draft_id: ad.draftId,
    headline: ad.headline,
    text: ad.text,
    change: ad.change,
    patterns: ad.patternIds,
    true_click_rate: ad.trueClickRate,
    measured_lift: pair && pair.standard_error > 0 ? Math.expm1(pair.effect) : null,
    true_lift: ad.trueClickRate / control.trueClickRate - 1,
  };
}
