import type { Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import { HOUR_MS, variantOf } from '../domain/experiment.js';
import { percent } from '../domain/percent.js';
import type { Announce } from '../events.js';

/** What the service tells by itself, daily and weekly. */
export function createReportActivities(deps: { store: Store; clock: ExperimentClock; announce: Announce }) {
  const { store, clock, announce } = deps;
  return {
    /** One sentence on the last `hours` of experiment time, announced and returned. */
    async summarise(hours: number): Promise<string> {
      const now = await clock.now();
      const promotions = await store.listPromotions({ since: now - hours * HOUR_MS, limit: 1000 });
      const running = await store.listExperiments({ states: ['running'], limit: 1000, offset: 0 });
      const attention = await store.listExperiments({
        states: ['held', 'needs_attention'],
        limit: 1000,
        offset: 0,
      });
      const winnerOf = ({ promotion, experiment }: (typeof promotions)[number]) =>
        `${experiment.name}: ${variantOf(experiment, promotion.winnerVariantId).id} ${percent(Math.expm1(promotion.theta))}`;
      const written = promotions.filter(({ promotion }) => promotion.status !== 'shadow');
      const named = written.map((one) => `${winnerOf(one)} (${one.promotion.status})`);
      const shown = promotions.filter((one) => !written.includes(one)).map(winnerOf);
      const text = [
        `${written.length} promotions in the last ${hours} h${named.length > 0 ? ` (${named.join('; ')})` : ''}`,
        ...(shown.length > 0 ? [`${shown.length} in shadow, nothing written (${shown.join('; ')})`] : []),
        `${running.length} tests running`,
        attention.length > 0
          ? `${attention.length} waiting for a person (${attention.map((e) => e.id).join(', ')})`
          : 'none waiting for a person',
      ].join('; ');
      announce({ at: now, kind: 'report', experimentId: null, text });
      return text;
    },
  };
}

export type ReportActivities = ReturnType<typeof createReportActivities>;
