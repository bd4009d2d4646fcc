/** A kept report, as a page that prints well. */

import type { Child } from 'hono/jsx';
import type { KeptReportJson } from '../../api/kept-reports/to-json.js';
import { ClientLinkForm } from '../client-link/form.js';
import { dayText, percent, type Reader } from '../format.js';
import { Figure, Instant, Lift, MoneyMove } from '../parts/figures.js';
import { Link } from '../parts/links.js';
import { StateBadge } from '../parts/state-badge.js';
import type { Viewer } from '../viewer.js';
import { Word } from '../words/word.js';

export interface ReportFacts {
  report: KeptReportJson;
  reader: Reader;
  /** Null: a client with a link, who can open nothing else. */
  viewer: Viewer | null;
}

export function Report({ report, reader, viewer }: ReportFacts) {
  const own = { ...reader, timezone: report.timezone };
  const { promotions, waiting, compound } = report;
  return (
    <>
      <h1>{titleOf(report, reader)}</h1>
      <p class="muted">
        It counts what happened on {report.kind === 'daily' ? 'this day' : 'these days'} ({report.timezone}).
        What runs and what someone must act on is as of <Instant iso={report.made_at} reader={own} />, when it
        was made.{' '}
        {viewer && (
          <Link href={`/api/ab/reports/${report.id}/csv`} download>
            Download as CSV
          </Link>
        )}
      </p>
      <section class="card" aria-labelledby="summary">
        <h2 id="summary">In short</h2>
        <p>{report.text}</p>
        <p>
          <Figure field="running" value={report.running}>
            {report.running}
          </Figure>{' '}
          {report.running === 1 ? 'test was' : 'tests were'} running when the report was made.
        </p>
      </section>
      <section class="card" aria-labelledby="promotions">
        <h2 id="promotions">Promotions</h2>
        {promotions.length === 0 ? (
          <p class="note">No ad was promoted in this time.</p>
        ) : (
          <div class="table">
            <table>
              <thead>
                <tr>
                  <th scope="col">Test</th>
                  <th scope="col">Winner</th>
                  <th scope="col">First budget change</th>
                  <th scope="col" class="number">
                    <Word of="believed">Believed</Word>
                  </th>
                  <th scope="col" class="number">
                    <Word of="measured">Measured</Word> when promoted
                  </th>
                  <th scope="col" class="number">
                    Its budget per day
                  </th>
                  <th scope="col">Status</th>
                </tr>
              </thead>
              <tbody>
                {promotions.map((promotion) => (
                  <tr data-experiment={promotion.experiment_id}>
                    <th scope="row">
                      <TestName id={promotion.experiment_id} name={promotion.name} isLink={viewer !== null} />
                      {promotion.forced && ' (by force)'}
                      {promotion.declaration && <span class="label">{promotion.declaration}</span>}
                    </th>
                    <td>{promotion.winner_name}</td>
                    <td>{promotion.promoted_at && <Instant iso={promotion.promoted_at} reader={own} />}</td>
                    <td class="number">
                      <Lift field="believed_lift" value={promotion.believed_lift} />
                    </td>
                    <td class="number">
                      <Lift field="measured_lift" value={promotion.measured_lift} />
                    </td>
                    <td class="number">
                      {report.currency && (
                        <MoneyMove
                          from={['budget_before', promotion.budget_before]}
                          to={['budget_after', promotion.budget_after]}
                          currency={report.currency}
                          reader={own}
                        />
                      )}
                    </td>
                    <td>{promotion.status.replaceAll('_', ' ')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {waiting.length > 0 && (
        <section class="card" aria-labelledby="waiting">
          <h2 id="waiting">Someone had to act when the report was made</h2>
          <ul>
            {waiting.map(({ experiment_id, name, state, reason }) => (
              <li>
                <TestName id={experiment_id} name={name} isLink={viewer !== null} />{' '}
                <StateBadge state={state} />: {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Started report={report} reader={own} isLink={viewer !== null} />
      {viewer && <Controls report={report} reader={own} isLink />}
      {viewer && <KillSwitchTurns report={report} reader={own} isLink />}
      {compound && (
        <section class="card" aria-labelledby="compound">
          <h2 id="compound">All promotions so far</h2>
          <p class="muted">
            Of every test since the start, not of {report.kind === 'daily' ? 'this day' : 'these days'} alone.
          </p>
          <p>{compound.message}</p>
          <dl>
            <dt>Believed</dt>
            <dd>
              <Lift field="shrunk_lift" value={compound.shrunk.lift} />{' '}
              <Interval of={compound.shrunk.interval} />
            </dd>
            <dt>Measured</dt>
            <dd>
              <Lift field="claimed_lift" value={compound.claimed.lift} />{' '}
              <Interval of={compound.claimed.interval} />
            </dd>
            {compound.verified && (
              <>
                <dt>Verified</dt>
                <dd>
                  <Lift field="verified_lift" value={compound.verified.lift} />{' '}
                  <Interval of={compound.verified.interval} />
                </dd>
              </>
            )}
          </dl>
        </section>
      )}
      {viewer && <ClientLinkForm view={{ kind: 'report', id: report.id }} viewer={viewer} />}
    </>
  );
}

interface ListProps {
  report: KeptReportJson;
  reader: Reader;
  isLink: boolean;
}

function Started({ report: { started }, reader, isLink }: ListProps) {
  return (
    <ListCard id="started" title="Tests started" field="started" rows={started}>
      {({ experiment_id, name, start_date }) => (
        <>
          <TestName id={experiment_id} name={name} isLink={isLink} />,{' '}
          <Instant iso={start_date} reader={reader} />
        </>
      )}
    </ListCard>
  );
}

function Controls({ report: { controls }, reader, isLink }: ListProps) {
  return (
    <ListCard id="controls-used" title="Controls used" field="controls" rows={controls}>
      {({ experiment_id, name, kind, by, reason, at, outcome }) => (
        <>
          <Instant iso={at} reader={reader} />: <strong>{kind}</strong> of{' '}
          <TestName id={experiment_id} name={name} isLink={isLink} /> by {by} ({reason})
          {outcome === 'refused' && ', refused'}
        </>
      )}
    </ListCard>
  );
}

/** Rows with their number; nothing if there are none, or if an older report doesn't have them. */
function ListCard<Row>(props: {
  id: string;
  title: string;
  field: string;
  rows: readonly Row[] | null;
  children: (row: Row) => Child;
}) {
  const { id, title, field, rows, children } = props;
  if (rows === null || rows.length === 0) return null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>
        {title}{' '}
        <span class="muted">
          (
          <Figure field={field} value={rows.length}>
            {rows.length}
          </Figure>
          )
        </span>
      </h2>
      <ul>
        {rows.map((row) => (
          <li>{children(row)}</li>
        ))}
      </ul>
    </section>
  );
}

function KillSwitchTurns({ report: { kill_switch: turns }, reader }: ListProps) {
  if (turns === null || turns.length === 0) return null;
  return (
    <section class="card" aria-labelledby="kill-switch-used">
      <h2 id="kill-switch-used">Kill switch used</h2>
      <ul>
        {turns.map(({ engaged, by, reason, at }) => (
          <li>
            <Instant iso={at} reader={reader} />: <strong>{engaged ? 'engaged' : 'released'}</strong> by {by}{' '}
            ({reason})
          </li>
        ))}
      </ul>
    </section>
  );
}

function TestName({ id, name, isLink }: { id: string; name: string; isLink: boolean }) {
  return isLink ? <Link href={`/experiments/${id}`}>{name}</Link> : <span>{name}</span>;
}

function Interval({ of }: { of: readonly number[] }) {
  return (
    <span class="muted">
      ({percent(of[0]!)} to {percent(of[1]!)})
    </span>
  );
}

type Head = Pick<KeptReportJson, 'kind' | 'first_day' | 'last_day' | 'made_at' | 'timezone'>;

/** As in `Daily report of 8 Dec 2026, made on 9 Dec 2026`: its id has the day on which it was made. */
export function titleOf(report: Head, { locale }: Pick<Reader, 'locale'>): string {
  const { kind, first_day, last_day, made_at, timezone } = report;
  const dateText = (date: string) => dayText(`${date}T00:00:00Z`, { locale, timezone: 'UTC' });
  const days =
    first_day === last_day ? dateText(first_day) : `${dateText(first_day)} to ${dateText(last_day)}`;
  return `${kind === 'daily' ? 'Daily' : 'Weekly'} report of ${days}, made on ${dayText(made_at, { locale, timezone })}`;
}
