import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Announce } from '../contract/events.js';
import { addDays, localDate, localHourStart } from '../domain/calendar.js';
import { variantOf } from '../domain/experiment.js';
import { percent } from '../domain/percent.js';

/** What the service tells by itself, daily and weekly. */
export function createReportActivities(deps: {
  store: Store;
  meta: Pick<MetaClient, 'getAccount'>;
  clock: ExperimentClock;
  announce: Announce;
}) {
  const { store, meta, clock, announce } = deps;
  return {
    /** One sentence on the last whole days of the account, `hours` in all, announced and returned. */
    async summarise(hours: number): Promise<string> {
      const now = await clock.now();
      // A summary in another time zone, which it names, is better than none while Meta doesn't answer.
      const timezone = await meta.getAccount().then(
        (account) => account.timezone,
        () => 'UTC',
      );
      const { first, last, since, until } = lastDays(now, Math.round(hours / 24), timezone);
      const opened = await store.listPromotions({ since, limit: 1000 });
      const promotions = opened.filter(({ promotion }) => promotion.openedAt < until);
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
        `${first === last ? first : `${first} to ${last}`} (${timezone}): ${counted(written.length, 'promotion')}${named.length > 0 ? ` (${named.join('; ')})` : ''}`,
        ...(shown.length > 0 ? [`${shown.length} in shadow, nothing written (${shown.join('; ')})`] : []),
        `${counted(running.length, 'test')} running`,
        attention.length > 0
          ? `${attention.length} waiting for a person (${attention.map((e) => e.id).join(', ')})`
          : 'none waiting for a person',
      ].join('; ');
      announce({ at: now, kind: 'report', experimentId: null, text });
      return text;
    },
  };
}

/** The last whole days of the account: their dates, and the instants that bound them. */
function lastDays(now: number, days: number, timezone: string) {
  const today = localDate(now, timezone);
  const first = addDays(today, -days);
  return {
    first,
    last: addDays(today, -1),
    since: localHourStart(first, 0, timezone),
    until: localHourStart(today, 0, timezone),
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export type ReportActivities = ReturnType<typeof createReportActivities>;
