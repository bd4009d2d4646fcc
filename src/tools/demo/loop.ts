/** Tests in a row, each of drafts that the service wrote from what it had learned, beside the winner so far. */

import { setTimeout as delay } from 'node:timers/promises';
import type { ExperimentState } from '../../domain/experiment.js';
import type { Market } from '../../sandbox/meta-simulator/index.js';
import type { DraftSetJson, ExperimentJson, ServiceApi } from './api.js';
import type { Watch } from './watch.js';
import { CHALLENGERS, type Copy, type LoopPlan, SHORT_POLICY } from './world.js';

export interface LoopStage {
  market: Pick<Market, 'createTest' | 'truth'>;
  api: Pick<ServiceApi, 'create' | 'draft' | 'model' | 'pattern'>;
  watch: Pick<Watch, 'until'>;
  /** Called when the first test of drafts has begun. */
  begun?: () => void;
}

/** One ad of a test. */
export interface LoopAd extends Copy {
  variantId: string;
  /** Null: the control. */
  draftId: string | null;
  /** What the draft changes, in words; null if it starts from nothing, or changes nothing that the service reads. */
  change: string | null;
  /** Ids of the patterns that it uses. */
  patternIds: string[];
  /** Link clicks per impression, as the market knows it. */
  trueClickRate: number;
}

/** What was known after a test. */
export interface Learned {
  /** Own tests that the model has learned from. */
  tests: number;
  /** Of the patterns that the test's ads used. */
  patterns: { id: string; statement: string; uses: number; wins: number }[];
}

export interface LoopRound {
  id: string;
  source: DraftSetJson['source'];
  /** The test whose winner the drafts start from; null: they start from the brief. */
  startsFrom: string | null;
  /** The control first. */
  ads: LoopAd[];
  /** Null if the service had not learned from it in time. */
  learned: Learned | null;
}

/** Its promotion has begun, or it has ended. */
const DECIDED: readonly ExperimentState[] = ['rolling_out', 'verifying', 'completed', 'no_winner'];
const ENDED_OTHERWISE: readonly ExperimentState[] = ['reverted', 'stopped', 'needs_attention'];
/** After a click, all ads do the same. */
const CONVERSION_RATE = 0.3;
/** Real ms that the service may take to learn from a test, and between two questions whether it has. */
const LEARNING_MS = 20_000;
const ASK_AGAIN_MS = 250;

/** Each round is added as it begins. Ends early if a test ends in another way than by its figures. */
export async function playLoop(stage: LoopStage, plan: LoopPlan, rounds: LoopRound[]): Promise<void> {
  let control = plan.first;
  let last: string | undefined;
  for (let test = 1; test <= plan.tests; test++) {
    const round = await beginRound(stage, plan, { test, control, last });
    rounds.push(round);
    stage.begun?.();
    const experiment = await stage.watch.until(round.id, [...DECIDED, ...ENDED_OTHERWISE]);
    if (!DECIDED.includes(experiment.state)) return;
    control = winnerOf(round, experiment);
    last = round.id;
    round.learned = await learnedFrom(stage, round, test);
  }
}

/** The ad that won; the control if none did. */
export function winnerOf({ ads }: LoopRound, { winner_variant_id: winner }: ExperimentJson): LoopAd {
  return ads.find(({ variantId }) => variantId === winner) ?? ads[0]!;
}

async function beginRound(
  { api, market }: LoopStage,
  { id, name, brief, dailyBudget, tests }: LoopPlan,
  { test, control, last }: { test: number; control: Copy; last: string | undefined },
): Promise<LoopRound> {
  const set = await api.draft({ ...brief, places: CHALLENGERS, experiment_id: last, by: 'the demo' });
  const chosen = set.worth_testing.map((draftId) => set.drafts.find((draft) => draft.draft_id === draftId)!);
  const copies: Copy[] = [
    control,
    ...chosen.map(({ creative }) => ({
      headline: creative.headline ?? creative.hook ?? '',
      text: creative.text,
    })),
  ];
  // As the user would paste them in Meta.
  const made = await market.createTest({
    name: `${name}, test ${test} of ${tests}`,
    ads: copies.map(({ headline, text }) => ({
      name: headline,
      dailyBudget,
      trueConversionRate: CONVERSION_RATE,
      creative: { title: headline, body: text ?? '', callToAction: 'SHOP_NOW', form: 'link' as const },
    })),
  });
  const truth = await market.truth();
  const ads = copies.map((copy, i): LoopAd => {
    const draft = i === 0 ? null : chosen[i - 1]!;
    return {
      ...copy,
      variantId: i === 0 ? 'control' : `challenger-${i}`,
      draftId: draft?.draft_id ?? null,
      change: draft?.change?.message ?? null,
      patternIds: draft?.patterns.map((pattern) => pattern.pattern_id) ?? [],
      trueClickRate: truth.find(({ adId }) => adId === made.adIds[i])!.trueClickRate,
    };
  });
  const testId = `${id}-${test}`;
  await api.create({
    id: testId,
    name: `${name}, test ${test} of ${tests}`,
    policy: {
      horizon_hours: SHORT_POLICY.horizonHours,
      confidence: SHORT_POLICY.confidence,
      indifference: SHORT_POLICY.indifference,
      guardrails: SHORT_POLICY.guardrails,
      attribution_window_hours: SHORT_POLICY.attributionWindowHours,
    },
    variants: ads.map(({ variantId, draftId, headline, text }, i) => ({
      id: variantId,
      role: i === 0 ? 'control' : 'challenger',
      ad_id: made.adIds[i]!,
      ...(draftId === null && { creative: { headline, text: text ?? undefined } }),
    })),
    draft_ids: ads.map(({ draftId }) => draftId),
  });
  return { id: testId, source: set.source, startsFrom: last ?? null, ads, learned: null };
}

/** Waits until the model has learned from so many tests; null if it takes too long. */
async function learnedFrom({ api }: LoopStage, { ads }: LoopRound, tests: number): Promise<Learned | null> {
  const until = Date.now() + LEARNING_MS;
  for (;;) {
    const { model } = await api.model();
    if (model && model.training_set.tests >= tests) {
      const ids = [...new Set(ads.flatMap(({ patternIds }) => patternIds))];
      const patterns = await Promise.all(ids.map((id) => api.pattern(id)));
      return {
        tests: model.training_set.tests,
        patterns: patterns.map(({ content_id: id, content: statement, usage_count: uses, wins }) => ({
          ...{ id, statement, uses, wins },
        })),
      };
    }
    if (Date.now() >= until) return null;
    await delay(ASK_AGAIN_MS);
  }
}
