import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { FinishedExperiment, Store } from '../clients/postgres/types.js';
import type { Announce } from '../contract/events.js';
import type { Promotion } from '../contract/records.js';
import { addDays, localDate, localHourStart } from '../domain/calendar.js';
import { controlOf, type Experiment, variantOf } from '../domain/experiment.js';
import { percent } from '../domain/percent.js';
import { priorOf } from '../domain/reporting/compound-report.js';
import { factsOf, type TestFacts } from '../domain/reporting/decided-test.js';
import { claimedLift } from '../domain/reporting/lift.js';
import type { Prior } from '../domain/reporting/prior.js';
import { priorNote } from '../domain/reporting/sentences.js';
import { shrunkLift } from '../domain/reporting/shrinkage.js';

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
      const prior = priorOf(readable(await store.listFinished()));
      const winnerOf = ({ promotion, experiment }: (typeof promotions)[number]) =>
        `${experiment.name}: ${variantOf(experiment, promotion.winnerVariantId).id} ${liftsOf(promotion, experiment, prior)}`;
      const note = priorNote(prior);
      const written = promotions.filter(({ promotion }) => promotion.status !== 'shadow');
      const named = written.map((one) => `${winnerOf(one)} (${STATUS_WORDS[one.promotion.status]})`);
      const shown = promotions.filter((one) => !written.includes(one)).map(winnerOf);
      const facts = [
        `${first === last ? first : `${first} to ${last}`} (${timezone}): ${counted(written.length, 'promotion')}${named.length > 0 ? ` (${named.join('; ')})` : ''}`,
        ...(shown.length > 0 ? [`${shown.length} in shadow, nothing written (${shown.join('; ')})`] : []),
        `${counted(running.length, 'test')} running`,
        attention.length > 0
          ? `${attention.length} waiting for a user (${attention.map((e) => e.id).join(', ')})`
          : 'none waiting for a user',
      ].join('; ');
      const text = note && promotions.length > 0 ? `${facts}. ${note}` : facts;
      announce({ at: now, kind: 'report', experimentId: null, text });
      return text;
    },
  };
}

/** Without the tests whose stored form this version doesn't know: the summary of the others is still right. */
function readable(tests: readonly FinishedExperiment[]): TestFacts[] {
  return tests.flatMap((test) => {
    try {
      return [factsOf(test)];
    } catch {
      return [];
    }
  });
}

/** The winner's lift over its rival: as it is believed after shrinking, then as it was measured. */
function liftsOf({ winnerVariantId, theta, se }: Promotion, experiment: Experiment, prior: Prior): string {
  const controlWon = winnerVariantId === controlOf(experiment).id;
  const estimate = { theta: controlWon ? -theta : theta, se };
  const believed = shrunkLift(estimate, prior, controlWon ? 'control' : 'challenger');
  return `${percent(believed)} believed, ${percent(claimedLift(theta))} measured`;
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
