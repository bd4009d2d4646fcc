import type { Creative } from '../../../src/domain/experiment.js';
import { type Api, HOUR, START } from '../../api/support/harness.js';
import { aDecision, moveTo, seedExperiment } from '../../api/support/seed.js';

export const copy = (headline: string, text: string | null = 'They dry in an hour.'): Creative => ({
  ...{ hook: null, headline, text, script: null, visualNotes: null },
});

/** A test of two ads with these headlines, which its challenger has won. */
export async function seedWon(api: Api, id: string, creatives: [Creative, Creative]): Promise<void> {
  await seedOpen(api, id, creatives);
  const at = START + 30 * HOUR;
  await api.store.saveDecision(aDecision(id, 'promote', { decidedAt: at }), {});
  await moveTo(api, id, 'completed', { at, winnerVariantId: 'challenger-1', promotedAt: at });
}

/** A running test of two ads with these creatives. */
export async function seedOpen(api: Api, id: string, creatives: [Creative, Creative]): Promise<void> {
  await seedExperiment(api, id, {
    variants: creatives.map((creative, i) => ({
      id: i === 0 ? 'control' : 'challenger-1',
      role: i === 0 ? ('control' as const) : ('challenger' as const),
      adId: `ad_${id}_${i}`,
      adSetId: `set_${id}_${i}`,
      creative,
    })),
  });
}
