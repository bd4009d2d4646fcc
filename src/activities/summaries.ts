import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { FinishedExperiment, Store } from '../clients/postgres/types.js';
import type { Announce } from '../contract/events.js';
import type { Report } from '../contract/messaging.js';
import type { ControlRow, Promotion } from '../contract/records.js';
import { adName } from '../domain/ad-name.js';
import { addDays, localDate, localHourStart, localText } from '../domain/calendar.js';
import { type Experiment, isEnded } from '../domain/experiment.js';
import { reportMessage } from '../domain/messages/account-messages.js';
import { attentionOf } from '../domain/overview/attention.js';
import { percent } from '../domain/percent.js';
import { priorOf } from '../domain/reporting/compound-report.js';
import { factsOf } from '../domain/reporting/decided-test.js';
import type { Prior } from '../domain/reporting/prior.js';
import { priorNote } from '../domain/reporting/sentences.js';
import type { KillSwitch } from '../domain/rollout/gate.js';
import { NO_OUTBOX, type Outbox } from './outbox.js';
import { beganAt, reportContent, reportedLifts, STATUS_WORDS } from './report-content.js';

/** Of each list, in a report. */
const MOST_ROWS = 1000;
/** The most experiments that a report reads; those that have not ended come first. */
const MOST_EXPERIMENTS = 5_000;
/** Of each list, in the text: the page has them all. */
const MOST_NAMED = 5;

/** The reports that the service announces by itself, daily and weekly. */
export function createSummaryActivities(deps: {
  store: Store;
  meta: Pick<MetaClient, 'getAccount'>;
  clock: ExperimentClock;
  announce: Announce;
  /** IANA time zone of the reports; null or unset: the account's. */
  reportTimezone?: string | null;
  /** Unset: there is no hook. */
  outbox?: Outbox;
}) {
  const { store, meta, clock, announce, reportTimezone = null, outbox = NO_OUTBOX } = deps;

  /** If Meta doesn't answer, the zone of the last report; a summary in another zone, which it names, is better than none. */
  async function timezoneNow(): Promise<string> {
    if (reportTimezone !== null) return reportTimezone;
    try {
      return (await meta.getAccount()).timezone;
    } catch {
      return (await store.listReports({ limit: 1, offset: 0 }))[0]?.timezone ?? 'UTC';
    }
  }

  /** The earliest first. A test that counts delivery before its handover starts at the handover for people. */
  async function startedBetween(since: number, until: number): Promise<Experiment[]> {
    const found: Experiment[] = [];
    for (let offset = 0; ; offset += MOST_ROWS) {
      const page = await store.listExperiments({ limit: MOST_ROWS, offset });
      found.push(...page.filter((one) => beganAt(one) >= since && beganAt(one) < until));
      if (page.length < MOST_ROWS) break;
    }
    return found.sort((one, other) => beganAt(one) - beganAt(other)).slice(0, MOST_ROWS);
  }

  /** As the list of tests shows it: how many run now, and what someone must act on. */
  async function standing() {
    const killSwitch = await store.killSwitch();
    const rows = (await store.overview(MOST_EXPERIMENTS)).flatMap(({ experiment, lastDecision, trouble }) =>
      isEnded(experiment.state)
        ? []
        : [{ experiment, why: attentionOf(experiment, lastDecision?.health ?? [], trouble, killSwitch).why }],
    );
    return {
      running: rows.filter(({ experiment }) => experiment.state === 'running').length,
      waiting: rows.flatMap(({ experiment, why }) => (why === null ? [] : [{ experiment, why }])),
    };
  }

  return {
    /**
     * Keeps, announces and returns one sentence on the account's last whole days, `hours` in all: the daily summary, or from
     * two days on the weekly report. There is one per kind and date: later calls on that date return the first one's. A
     * promotion counts on the day on which its first phase was read back. What runs and what waits is as of now, and the
     * sentence says so.
     */
    async summarise(hours: number): Promise<string> {
      const now = await clock.now();
      const timezone = await timezoneNow();
      const kind = hours > 24 ? 'weekly' : 'daily';
      const id = `${kind}-${localDate(now, timezone)}`;
      const kept = await store.getReport(id);
      if (kept) return kept.text;
      const { first, last, since, until } = lastDays(now, Math.round(hours / 24), timezone);
      const found = await store.listPromotions({ since, limit: MOST_ROWS });
      const promotions = found.filter(({ experiment }) => experiment.promotedAt! < until);
      const { running, waiting } = await standing();
      const started = await startedBetween(since, until);
      const controls = await store.controlsBetween({ since, until, limit: MOST_ROWS });
      const killSwitch = (await store.killSwitchEvents({ since, until, limit: MOST_ROWS })).reverse();
      const finished = readable(await store.listFinished());
      const prior = priorOf(finished.map(factsOf));
      const winnerOf = ({ promotion, experiment }: (typeof promotions)[number]) =>
        `${experiment.name}: ${adName(experiment.variants, promotion.winnerVariantId)} ${liftsOf(promotion, experiment, prior)}`;
      const note = priorNote(prior);
      const written = promotions.filter(({ promotion }) => promotion.status !== 'shadow');
      const named = written.map((one) => `${winnerOf(one)} (${STATUS_WORDS[one.promotion.status]})`);
      const shown = promotions.filter((one) => !written.includes(one)).map(winnerOf);
      const facts = [
        `${first === last ? first : `${first} to ${last}`} (${timezone}): ${counted(written.length, 'promotion')}${named.length > 0 ? ` (${named.join('; ')})` : ''}`,
        ...(shown.length > 0 ? [`${shown.length} in shadow, nothing written (${shown.join('; ')})`] : []),
        ...(started.length > 0
          ? [`${counted(started.length, 'test')} started (${listed(started.map(({ name }) => name))})`]
          : []),
        ...(controls.length > 0
          ? [`${counted(controls.length, 'control')} used (${listed(controls.map(controlInWords))})`]
          : []),
        ...(killSwitch.length > 0 ? [`kill switch ${killSwitch.map(turned).join(', then ')}`] : []),
        `as of ${localText(now, timezone)}: ${counted(running, 'test')} running`,
        waiting.length > 0
          ? `someone must act on ${counted(waiting.length, 'test')} (${listed(waiting.map(({ experiment }) => experiment.name))})`
          : 'nobody must act',
      ].join('; ');
      const text = note && promotions.length > 0 ? `${facts}. ${note}` : facts;
      const report: Report = {
        id,
        kind,
        madeAt: now,
        firstDay: first,
        lastDay: last,
        timezone,
        content: reportContent({
          promotions,
          running,
          waiting,
          started,
          controls,
          killSwitch,
          finished,
          prior,
        }),
        text,
      };
      const message = reportMessage({ kind, id, text, at: now });
      const saved = await store.saveReport(report, outbox.entryOf(message)!);
      if (saved.isNew) announce({ at: now, kind: 'report', experimentId: null, text });
      await outbox.wake(message.kind);
      return saved.report.text;
    },
  };
}

/** Without the tests whose stored form this version doesn't know: the summary of the others is still right. */
function readable(tests: readonly FinishedExperiment[]): FinishedExperiment[] {
  return tests.flatMap((test) => {
    try {
      factsOf(test);
      return [test];
    } catch {
      return [];
    }
  });
}

function liftsOf(promotion: Promotion, experiment: Experiment, prior: Prior): string {
  const { believed, measured } = reportedLifts(promotion, experiment, prior);
  return `${percent(believed)} believed, ${percent(measured)} measured when promoted`;
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

/** Without the user's name: a client may read the text. */
function controlInWords({
  kind,
  experimentName,
  outcome,
}: Pick<ControlRow, 'kind' | 'outcome'> & { experimentName: string }): string {
  return `${kind} of ${experimentName}${outcome === 'refused' ? ', refused' : ''}`;
}

/** Without the user's name, as {@link controlInWords}. */
function turned({ engaged }: KillSwitch): string {
  return engaged ? 'engaged' : 'released';
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export type SummaryActivities = ReturnType<typeof createSummaryActivities>;
