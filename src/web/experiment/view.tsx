/** One experiment: what to do, the evidence, the money, the controls. */

import { recommendationOf, waitsForGuardrails } from '../../api/experiments/recommendation.js';
import { shortAdName } from '../../domain/ad-name.js';
import type { Objective } from '../../domain/metric.js';
import { MEASURES, measureOf } from '../../domain/reporting/series.js';
import { ClientLinkForm } from '../client-link/form.js';
import { isCost, type Reader } from '../format.js';
import { Countdown, Figure, Instant, Money } from '../parts/figures.js';
import { Link } from '../parts/links.js';
import { StateBadge } from '../parts/state-badge.js';
import { SeriesChart, SeriesLegend } from '../series/chart.js';
import type { Viewer } from '../viewer.js';
import { Word } from '../words/word.js';
import { BeforeHandover } from './before-handover.js';
import { Controls, type Typed } from './controls.js';
import { Creatives } from './creatives.js';
import { ForecastBeforeStart } from './forecast.js';
import { Insights } from './insights.js';
import { LookChart, pointsOf } from './look-chart.js';
import type { ExperimentFacts, LookJson, StatusJson } from './read.js';
import { Rollout } from './rollout.js';
import { ControlLog, Counts, Ledger, Pairs } from './tables.js';
import { Verification } from './verification.js';

export interface ExperimentViewFacts extends ExperimentFacts {
  reader: Reader;
  /** Null: a client with a link, who sees no controls, no record and no pictures. */
  viewer: Viewer | null;
  /** What became of the control that was just sent, and when it was said (ISO); null if none was. */
  notice: { isError: boolean; text: string; at?: string } | null;
  typed: Typed | null;
  formKey: string;
}

export function ExperimentView(facts: ExperimentViewFacts) {
  const { experiment, looks, ledger, gates, reader, viewer } = facts;
  const { what, why } = recommendationOf(experiment, looks, facts.controls);
  const money = experiment.budget_reallocation;
  return (
    <>
      <h1>
        {experiment.name} <StateBadge state={experiment.state} shadow={money?.status === 'shadow'} />
        {experiment.state === 'running' && waitsForGuardrails(looks[0] ?? null) && (
          <span class="muted"> won, waiting for guardrails</span>
        )}
      </h1>
      {facts.notice && (
        <p class={facts.notice.isError ? 'error' : 'good'} role={facts.notice.isError ? 'alert' : 'status'}>
          {facts.notice.at && (
            <>
              At <Instant iso={facts.notice.at} reader={reader} />:{' '}
            </>
          )}
          {facts.notice.text}
        </p>
      )}
      <section class="card" aria-labelledby="verdict">
        <h2 id="verdict" class="verdict">
          {what}
        </h2>
        {why.map((sentence) => (
          <p>{sentence}</p>
        ))}
        <dl>
          {money && money.at_risk_cents !== 0 && (
            <>
              <dt>
                <Word of="at_risk">At risk</Word>
              </dt>
              <dd>
                <Money
                  field="at_risk_cents"
                  amount={money.at_risk_cents}
                  currency={experiment.currency}
                  reader={reader}
                />{' '}
                per day
              </dd>
            </>
          )}
          <dt>Next</dt>
          <dd>
            {experiment.next_due_at && experiment.next_due ? (
              <>
                {experiment.next_due}, <Countdown iso={experiment.next_due_at} reader={reader} />
              </>
            ) : experiment.end_date ? (
              'nothing: the test has ended'
            ) : (
              'nothing happens until someone acts'
            )}
          </dd>
          {experiment.verification_due_at && (
            <>
              <dt>Result of the verification</dt>
              <dd>
                <Figure field="verification_due_at" value={experiment.verification_due_at}>
                  <Instant iso={experiment.verification_due_at} reader={reader} />
                </Figure>
              </dd>
            </>
          )}
          <dt>Started</dt>
          <dd>
            <Instant iso={experiment.start_date} reader={reader} />
            {experiment.earlier_delivery?.counted && (
              <>
                , handed over <Instant iso={experiment.earlier_delivery.handed_over_at} reader={reader} />
              </>
            )}
          </dd>
          <PlannedEnd experiment={experiment} reader={reader} withRecord={viewer !== null} />
        </dl>
        {experiment.source === 'record' && experiment.end_date === null && (
          <p class="warn">This is the state on record: the workflow gives no answer now.</p>
        )}
      </section>
      {viewer && actsFirst(experiment) && <OwnControls {...facts} viewer={viewer} />}
      <Evidence experiment={experiment} looks={looks} look={looks[0] ?? null} facts={facts} />
      {viewer && <ForecastBeforeStart experiment={experiment} reader={reader} answer={facts.forecast} />}
      <BeforeHandover experiment={experiment} reader={reader} withRecord={viewer !== null} />
      <PerDay {...facts} />
      <Creatives experiment={experiment} withPictures={viewer !== null} />
      {viewer && <Insights {...facts} viewer={viewer} />}
      <Rollout experiment={experiment} ledger={ledger} gates={gates} reader={reader} />
      <Verification experiment={experiment} gates={gates} reader={reader} viewer={viewer} />
      {viewer && <ForUsers {...facts} viewer={viewer} />}
    </>
  );
}

/** While the test still decides: its horizon, and who made it longer. */
function PlannedEnd(props: { experiment: StatusJson; reader: Reader; withRecord: boolean }) {
  const { experiment, reader, withRecord } = props;
  const { state, horizon_at: horizonAt, extensions } = experiment;
  if (state !== 'running' && state !== 'paused' && state !== 'awaiting_approval') return null;
  return (
    <>
      <dt>Planned end</dt>
      <dd>
        <Figure field="horizon_at" value={horizonAt}>
          <Instant iso={horizonAt} reader={reader} />
        </Figure>
        {(withRecord ? extensions : []).map(({ from_days, horizon_days, by, reason }) => (
          <span class="muted">
            {' '}
            (extended from {from_days} to{' '}
            <Figure field="horizon_days" value={horizon_days}>
              {horizon_days}
            </Figure>{' '}
            days by {by}: {reason})
          </span>
        ))}
      </dd>
    </>
  );
}

/** Whether the state waits for someone: then the controls come before the evidence. */
function actsFirst({ state }: StatusJson): boolean {
  return state === 'awaiting_approval' || state === 'held' || state === 'needs_attention';
}

function OwnControls({
  experiment,
  viewer,
  typed,
  formKey,
  reader,
  resumeRefusal,
}: ExperimentViewFacts & { viewer: Viewer }) {
  return (
    <Controls
      experiment={experiment}
      viewer={viewer}
      typed={typed}
      formKey={formKey}
      reader={reader}
      resumeRefusal={resumeRefusal}
    />
  );
}

/** What a client doesn't see: the controls, and the record behind them. */
function ForUsers(facts: ExperimentViewFacts & { viewer: Viewer }) {
  const { experiment, viewer, ledger, controls, unreadable, reader } = facts;
  return (
    <>
      {!actsFirst(experiment) && <OwnControls {...facts} viewer={viewer} />}
      <section class="card" aria-labelledby="record">
        <h2 id="record">Record</h2>
        <p>
          <Link href={`/experiments/${experiment.experiment_id}/scorecard`}>
            Scorecard to print, or as CSV
          </Link>
        </p>
        <details>
          <summary>Ledger ({ledger.length})</summary>
          <Ledger rows={ledger} currency={experiment.currency} reader={reader} />
        </details>
        <details>
          <summary>Controls that were used ({controls.length})</summary>
          <ControlLog rows={controls} reader={reader} />
        </details>
        {unreadable.map(({ id, message }) => (
          <p class="error">
            {id}: {message}
          </p>
        ))}
      </section>
      <ClientLinkForm view={{ kind: 'experiment', id: experiment.experiment_id }} viewer={viewer} />
    </>
  );
}

function Evidence(props: {
  experiment: StatusJson;
  looks: readonly LookJson[];
  look: LookJson | null;
  facts: ExperimentViewFacts;
}) {
  const { experiment, looks, look, facts } = props;
  if (look === null) {
    return (
      <section class="card" aria-labelledby="evidence">
        <h2 id="evidence">Evidence</h2>
        <p class="note">
          {experiment.earlier_delivery?.counted
            ? 'The first look weighs all delivery that counts, and spends all the error that the looks until then would have spent.'
            : `The first look comes ${experiment.policy.check_every_hours} hours after the start.`}
        </p>
      </section>
    );
  }
  const startedAt = Date.parse(experiment.start_date);
  const control = experiment.variants[0]!.id;
  const rival = experiment.winner_variant_id ?? look.leader_variant_id ?? control;
  const shown = rival === control ? experiment.variants[1]!.id : rival;
  const pair = [control, shown] as const;
  const names = {
    control: shortAdName(experiment.variants, control),
    shown: shortAdName(experiment.variants, shown),
  };
  const points = pointsOf(looks, pair, startedAt);
  const writes = facts.ledger
    .filter(({ outcome }) => outcome === 'applied')
    .map(({ at }) => (Date.parse(at) - startedAt) / 3_600_000);
  const [, ...more] = look.reasons;
  return (
    <section class="card" aria-labelledby="evidence">
      <h2 id="evidence">Evidence</h2>
      <Pairs experiment={experiment} look={look} />

      <LookChart
        points={points}
        writes={writes}
        label={`Lift of ${names.shown} over ${names.control} at each look, with its interval`}
      />
      <p class="muted">
        The line is the <Word of="lift">lift</Word> of {names.shown} over {names.control}; the area is its{' '}
        {experiment.policy.confidence * 100} % <Word of="interval">interval</Word>, valid at all looks
        together. A lift beyond the dashed lines wins. Upright lines are budget writes.
        {isCost(experiment.policy.objective) &&
          ' Here the lift is that of the conversions for the same money: at +100 % one costs half.'}
      </p>
      <Counts experiment={experiment} look={look} reader={facts.reader} />
      {more.length > 0 && (
        <details>
          <summary>What else this look found</summary>
          <ul>
            {more.map((reason) => (
              <li>{reason}</li>
            ))}
            {look.drift && <li>{look.drift.text}</li>}
          </ul>
        </details>
      )}
    </section>
  );
}

/** What decides the test, day by day, to read; those who may open it find the chart to explore. */
function PerDay({ experiment, series, reader, viewer }: ExperimentViewFacts) {
  if (series.buckets.length === 0) return null;
  const measure = measureOf(experiment.policy.objective as Objective);
  return (
    <section class="card" aria-labelledby="per-day">
      <h2 id="per-day">{MEASURES[measure].label} per day</h2>
      <SeriesChart series={series} measure={measure} reader={reader} />
      <SeriesLegend series={series} />
      {viewer && (
        <p class="no-print">
          <Link href={`/experiments/${experiment.experiment_id}/series`}>
            Explore clicks, spend and costs per hour or day
          </Link>
        </p>
      )}
    </section>
  );
}
