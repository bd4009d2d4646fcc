import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Announce } from '../contract/events.js';
import type { Promotion } from '../contract/records.js';
import { addDays, localDate, localHourStart } from '../domain/calendar.js';
import { variantOf } from '../domain/experiment.js';
import { percent } from '../domain/percent.js';

/** A promotion's own status in words: `completed` only means that the last phase was written, not that it is verified. */
const STATUS_WORDS: Record<Promotion['status'], string> = {
  in_progress: 'rolling out',
  completed: 'rolled out',
  reverted: 'reverted',
  needs_attention: 'needs attention',
  stopped: 'stopped',
  shadow: 'in shadow',
};

/** The reports that the service announces by itself, daily and weekly. */
export function createSummaryActivities(deps: {
  store: Store;
  meta: Pick<MetaClient, 'getAccount'>;
  clock: ExperimentClock;
  announce: Announce;
}) {
  const { store, meta, clock, announce } = deps;
  return {
    /** Announces and returns one sentence on the account's last whole days, `hours` in all. */
    async summarise(hours: number): Promise<string> {
      const now = await clock.now();
      // If Meta doesn't answer, a summary in another time zone, which it names, is better than none.
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
      const named = written.map((one) => `${winnerOf(one)} (${STATUS_WORDS[one.promotion.status]})`);
      const shown = promotions.filter((one) => !written.includes(one)).map(winnerOf);
      const text = [
        `${first === last ? first : `${first} to ${last}`} (${timezone}): ${counted(written.length, 'promotion')}${named.length > 0 ? ` (${named.join('; ')})` : ''}`,
        ...(shown.length > 0 ? [`${shown.length} in shadow, nothing written (${shown.join('; ')})`] : []),
        `${counted(running.length, 'test')} running`,
        attention.length > 0
          ? `${attention.length} waiting for a user (${attention.map((e) => e.id).join(', ')})`
          : 'none waiting for a user',
      ].join('; ');
      announce({ at: now, kind: 'report', experimentId: null, text });
      return text;
    },
  };
}

/** The account's last whole days: first and last date, and the instants that bound them. */
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

export type SummaryActivities = ReturnType<typeof createSummaryActivities>;
