/** The list of all experiments: first those that need someone, then rollouts, running tests and ended ones. */

import type { z } from '@hono/zod-openapi';
import { type OverviewQuery, SORTS } from '../../api/overview/requests.js';
import type { OverviewAnswer } from '../../api/overview/responses.js';
import { shortAdName } from '../../domain/ad-name.js';
import { GROUPS, type Group } from '../../domain/overview/attention.js';
import { ageText, type Reader } from '../format.js';
import { ConfidenceBar } from '../parts/confidence-bar.js';
import { Countdown, Figure, LiftBy, Money } from '../parts/figures.js';
import { IntervalBar, scaleOf } from '../parts/interval-bar.js';
import { Form, Link, Picture } from '../parts/links.js';
import { StateBadge } from '../parts/state-badge.js';

type Overview = z.output<typeof OverviewAnswer>;
type Row = Overview['experiments'][number];

const TITLES: Record<Group, string> = {
  act: 'Someone must act',
  rollout: 'Promoted: rolling out or being verified',
  running: 'Running tests',
  paused: 'Paused tests: nothing happens until someone resumes them',
  ended: 'Ended tests',
};

/** Beside the state. A reverted test says so itself. */
const VERIFICATION_NAMES: Record<NonNullable<Row['verification']>, string | null> = {
  verified: 'verified',
  not_verified: 'lift not verified',
  reverted: null,
};

const SORT_NAMES: Record<(typeof SORTS)[number], string> = {
  urgency: 'urgency',
  newest: 'newest first',
  name: 'name',
  lift: 'lift',
  budget: 'budget',
};

export function Home({
  overview,
  query,
  reader,
}: {
  overview: Overview;
  query: OverviewQuery;
  reader: Reader;
}) {
  const { experiments, counts, unreadable } = overview;
  const most = scaleOf(experiments.map(({ interval }) => interval));
  const isFiltered = query.group !== undefined || (query.q ?? '') !== '';
  const total = GROUPS.reduce((sum, group) => sum + counts[group], 0);
  return (
    <>
      <h1>Tests</h1>
      <p class="muted">
        The service watches A/B tests of your Meta ads, says which ad is really better, and moves the budget
        to it in steps that can be reverted.
      </p>
      <Filter counts={counts} query={query} total={total} />
      {total === 0 && (
        <section class="card empty">
          <h2>No test yet</h2>
          <p>The service finds ads in your account that can be tested against each other.</p>
          <p>
            <Link class="button" href="/experiments/new">
              Find tests in the account
            </Link>
          </p>
        </section>
      )}
      {total > 0 && experiments.length === 0 && <p class="note">No test fits this filter.</p>}
      {query.sort === 'urgency'
        ? GROUPS.map((group) => (
            <Part
              title={TITLES[group]}
              group={group}
              rows={experiments.filter((row) => row.group === group)}
              most={most}
              reader={reader}
            />
          ))
        : experiments.length > 0 && (
            <Part
              title={isFiltered ? 'Tests found' : 'All tests'}
              group="running"
              rows={experiments}
              most={most}
              reader={reader}
            />
          )}
      {unreadable.map(({ id, message }) => (
        <p class="error">
          {id}: {message}
        </p>
      ))}
    </>
  );
}

function Filter({
  counts,
  query,
  total,
}: {
  counts: Overview['counts'];
  query: OverviewQuery;
  total: number;
}) {
  return (
    <Form class="filter" method="get" action="/">
      <label>
        <span>Search</span>
        <input
          type="search"
          name="q"
          value={query.q ?? ''}
          placeholder="name, id or headline"
          maxlength={200}
        />
      </label>
      <label>
        <span>Show</span>
        <select name="group">
          <option value="" selected={query.group === undefined}>
            all ({total})
          </option>
          {GROUPS.map((group) => (
            <option value={group} selected={query.group === group}>
              {TITLES[group].toLowerCase()} ({counts[group]})
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Sort by</span>
        <select name="sort">
          {SORTS.map((sort) => (
            <option value={sort} selected={query.sort === sort}>
              {SORT_NAMES[sort]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Apply</button>
    </Form>
  );
}

function Part(props: { title: string; group: Group; rows: Row[]; most: number; reader: Reader }) {
  const { title, group, rows, most, reader } = props;
  if (rows.length === 0) return null;
  return (
    <section class={`part ${group}`} aria-labelledby={`part-${group}`}>
      <h2 id={`part-${group}`}>
        {title} <span class="muted">({rows.length})</span>
      </h2>
      <ul class="rows">
        {rows.map((row) => (
          <Entry row={row} most={most} reader={reader} />
        ))}
      </ul>
    </section>
  );
}

function Entry({ row, most, reader }: { row: Row; most: number; reader: Reader }) {
  const { lift, interval, currency, total_budget_cents: total, next_event: next } = row;
  return (
    <li class="row" data-experiment={row.experiment_id}>
      <div class="name">
        <Link href={`/experiments/${row.experiment_id}`}>{row.name}</Link>
        <StateBadge state={row.state} shadow={row.shadow} />
        {row.verification !== null && VERIFICATION_NAMES[row.verification] && (
          <span class={`badge verification-${row.verification}`} data-verification={row.verification}>
            {VERIFICATION_NAMES[row.verification]}
          </span>
        )}
        <Ads row={row} />
        {row.why_act && <p class="why">{row.why_act}</p>}
      </div>
      <div class="leader">
        <span
          class="label"
          title="Its lift as the last look measured it. A report shows the lift as it was when the ad was promoted."
        >
          Leader, last look
        </span>
        {row.leader_variant_id === null || lift === null ? (
          <span class="muted">{row.looks === 0 ? 'no look yet' : 'none'}</span>
        ) : (
          <>
            <span>
              {leaderName(row, row.leader_variant_id)}{' '}
              <LiftBy field="lift" value={lift} objective={row.objective} interval={interval} />
            </span>
            <IntervalBar lift={lift} interval={interval} most={most} objective={row.objective} />
          </>
        )}
      </div>
      <div class="confidence">
        <span class="label">Confidence</span>
        <Confidence row={row} />
      </div>
      <div class="money">
        <span class="label">Per day</span>
        {total === null ? (
          <span class="muted">not read yet</span>
        ) : (
          <Money field="total_budget_cents" amount={total} currency={currency} reader={reader} />
        )}
        {row.moved_cents !== 0 && (
          <span class="moved">
            <Money field="moved_cents" amount={row.moved_cents} currency={currency} reader={reader} change />{' '}
            moved
          </span>
        )}
      </div>
      <div class="next">
        <span class="label">Next</span>
        {next ? (
          <span>
            {next.what} <Countdown iso={next.at} reader={reader} />
          </span>
        ) : (
          <span class="muted">
            {row.end_date
              ? `ended ${ageText(row.end_date, reader.now)} ago`
              : row.group === 'act'
                ? 'someone acts'
                : row.group === 'paused'
                  ? 'someone resumes it'
                  : '–'}
          </span>
        )}
      </div>
    </li>
  );
}

/** The figure of the last look, with the best so far beside it if that was higher: the best is what the rule compares. */
function Confidence({ row }: { row: Row }) {
  const { confidence: best, confidence_now: now, confidence_threshold: threshold } = row;
  const isLower = now !== null && now.toFixed(3) !== best.toFixed(3);
  return (
    <>
      <span>
        {isLower && (
          <>
            <Figure field="confidence_now" value={now}>
              {now.toFixed(3)}
            </Figure>{' '}
            <span class="muted">now</span>{' '}
          </>
        )}
        <span class={isLower ? 'muted' : ''}>
          <Figure field="confidence" value={best}>
            {best.toFixed(3)}
          </Figure>
          {(isLower || (now === null && best > 0)) && ' at best'}
        </span>{' '}
        <span class="muted">
          of{' '}
          <Figure field="confidence_threshold" value={threshold}>
            {threshold.toFixed(2)}
          </Figure>
        </span>
      </span>
      <ConfidenceBar confidence={isLower ? now : best} best={best} threshold={threshold} />
    </>
  );
}

function leaderName({ variants }: Row, id: string): string {
  return shortAdName(
    variants.map(({ id: variantId, headline }) => ({ id: variantId, creative: { headline } })),
    id,
  );
}

function Ads({ row }: { row: Row }) {
  return (
    <span class="ads">
      {row.variants.map(({ id, role, ad_id, headline }) => (
        <span class={`ad ${role}`}>
          <Picture
            src={`/api/ab/account/ads/${ad_id}/thumbnail`}
            alt=""
            width="32"
            height="32"
            loading="lazy"
            decoding="async"
          />
          <span>{headline ?? id}</span>
        </span>
      ))}
    </span>
  );
}
