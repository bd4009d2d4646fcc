import type { ExperimentJson } from '../../../../src/tools/demo/api.js';
import type { LoopAd, LoopRound } from '../../../../src/tools/demo/loop.js';
import { gathered, look } from './fixtures.js';

/** The first ad is the control; the drafts after it change what they are named by. */
export function aRound(id: string, rates: readonly number[], more: Partial<LoopRound> = {}): LoopRound {
  return {
    id,
    source: 'offline',
    startsFrom: null,
    ads: rates.map(
      (trueClickRate, i): LoopAd => ({
        variantId: i === 0 ? 'control' : `challenger-${i}`,
        headline: `${id}, ad ${i}`,
        text: null,
        draftId: i === 0 ? null : `${id}-draft-${i}`,
        change: i === 0 ? null : `New: change ${i}`,
        patternIds: i === 0 ? [] : ['question_mark'],
        trueClickRate,
      }),
    ),
    learned: {
      tests: 1,
      patterns: [{ id: 'question_mark', statement: 'It asks', uses: 3, wins: 2 }],
    },
    ...more,
  };
}

/** What the service says of a round: each draft measures as the lift given for it. */
export function endOf(
  { id, ads }: LoopRound,
  { winner, lifts, state }: { winner: string | null; lifts: number[]; state?: ExperimentJson['state'] },
) {
  const known = gathered(id, { winner: null, state: state ?? (winner === null ? 'no_winner' : 'verifying') });
  const [template] = look({ effect: 0, se: 0.05, confidence: 0.99 }).pairs;
  return {
    ...known,
    experiment: {
      ...known.experiment,
      winner_variant_id: winner,
      variants: ads.map((ad, i) => ({
        ...known.experiment.variants[Math.min(i, 1)]!,
        id: ad.variantId,
        creative: { headline: ad.headline, hook: null, text: ad.text, script: null, visual_notes: null },
      })),
    },
    looks: known.looks.map((one) => ({
      ...one,
      pairs: lifts.map((lift, i) => ({
        ...template!,
        variant_b: `challenger-${i + 1}`,
        effect: Math.log1p(lift),
      })),
    })),
  };
}
