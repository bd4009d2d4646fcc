import type { Experiment } from '../../../src/domain/experiment.js';
import type { Claim } from '../../../src/domain/insights/claim.js';
import { type Api, HOUR, START } from '../../api/support/harness.js';
import { aDecision, moveTo, seedExperiment } from '../../api/support/seed.js';
import { KEPT } from '../../api/support/seed-insights.js';

export const TEXTS = {
  winner: { headline: 'Cold feet? Never again.', text: 'Wool socks,\nknitted by hand. <b>Warm</b>' },
  loser: { headline: 'Buy socks', text: 'Our socks are warm.' },
};

export const aClaim = (changes: Partial<Claim> = {}): Claim => ({ ...KEPT, ...changes });

/** A test that its challenger has won. */
export async function seedEnded(api: Api, id: string, texts = TEXTS): Promise<Experiment> {
  await seedExperiment(api, id, {
    variants: (['loser', 'winner'] as const).map((side, i) => ({
      id: i === 0 ? 'control' : 'challenger-1',
      role: i === 0 ? ('control' as const) : ('challenger' as const),
      adId: `ad_${id}_${i}`,
      adSetId: `set_${id}_${i}`,
      creative: { hook: null, ...texts[side], script: null, visualNotes: null },
    })),
  });
  const at = START + 30 * HOUR;
  await api.store.saveDecision(aDecision(id, 'promote', { decidedAt: at }), {});
  return moveTo(api, id, 'completed', { at, winnerVariantId: 'challenger-1', promotedAt: at });
}
