import type { Store } from '../../src/clients/postgres/types.js';
import { takeLook } from '../../src/domain/decision/look.js';
import { DEFAULT_POLICY, type Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { observationsOf } from '../look-cost/delivery.js';

export const ACCOUNT = 'act_1';
/** Looks of the longest test: one every 6 hours for 28 days. */
export const LOOKS = 112;
const START = Date.UTC(2026, 0, 5);
export const NOW = START + 673 * HOUR_MS;

function experimentOf(index: number): Experiment {
  const id = `exp_${index}`;
  const variant = (variantId: string, role: 'control' | 'challenger', number: number) => ({
    id: variantId,
    role,
    adId: `ad_${index}_${number}`,
    adSetId: `set_${index}_${number}`,
    creative: {
      hook: null,
      headline: `Headline ${number} of test ${index}`,
      text: null,
      script: null,
      visualNotes: null,
    },
  });
  return {
    id,
    name: `Test ${index}: one line against another`,
    environment: 'sandbox',
    accountId: ACCOUNT,
    currency: 'USD',
    state: 'running',
    reason: { code: 'started' },
    hold: null,
    stateChangedAt: START,
    policy: DEFAULT_POLICY,
    variants: [variant('a', 'control', 1), variant('b', 'challenger', 2)],
    startedAt: START,
    winnerVariantId: null,
    promotedAt: null,
    endedAt: null,
  };
}

/** Experiments with a look each, and one with all of its looks. Returns the id of that one. */
export async function seedAccount(store: Store, experiments: number): Promise<string> {
  for (let index = 0; index < experiments; index++) {
    const experiment = experimentOf(index);
    await store.createExperiment(experiment);
    const first = index === 0 ? 1 : LOOKS;
    let before: Pick<Parameters<typeof takeLook>[0], 'previous' | 'states'> = { previous: null, states: {} };
    for (let look = first; look <= LOOKS; look++) {
      const dueAt = 6 * look * HOUR_MS;
      const { states, ...result } = takeLook({
        ...before,
        experiment: { ...experiment, startedAt: 0 },
        lookNumber: look - first + 1,
        dueAt,
        observations: observationsOf(dueAt),
      });
      before = { previous: result.pairs, states };
      const at = START + dueAt;
      await store.saveDecision(
        {
          ...result,
          experimentId: experiment.id,
          lookNumber: look - first + 1,
          dueAt: at,
          seenUntil: at,
          decidedAt: at,
          inputHash: '0'.repeat(64),
          askedBy: 'schedule',
        },
        {},
      );
    }
  }
  return experimentOf(0).id;
}
