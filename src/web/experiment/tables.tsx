/** The raw figures, the ledger and the controls of an experiment as tables. */

import { adName, shortAdName } from '../../domain/ad-name.js';
import { isCost, type Reader } from '../format.js';
import { Figure, Instant, LiftBy, Money } from '../parts/figures.js';
import { IntervalBar, scaleOf } from '../parts/interval-bar.js';
import { MetricCells } from '../parts/metric-cells.js';
import { Word } from '../words/word.js';
import type { ControlRowJson, LedgerRowJson, LookJson, StatusJson } from './read.js';

/** What each ad did up to the last look, as counts. */
export function Counts({
  experiment,
  look,
  reader,
}: {
  experiment: StatusJson;
  look: LookJson;
  reader: Reader;
}) {
  const { currency } = experiment;
  return (
    <div class="table">
      <table>
        <caption>
          Up to <Word of="look">look</Word> {look.look_number}, <Instant iso={look.due_at} reader={reader} />
        </caption>
        <thead>
          <tr>
            <th scope="col">Ad</th>
            {['Impressions', 'Link clicks', 'Click rate', 'Conversions', 'Spend'].map((name) => (
              <th scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {experiment.variants.map(({ id }) => {
            const metrics = look.metrics[id];
            if (!metrics) return null;
            return (
              <tr data-variant={id}>
                <th scope="row">{adName(experiment.variants, id)}</th>
                <MetricCells metrics={metrics} currency={currency} reader={reader} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Each pair of the last look with its interval. */
export function Pairs({ experiment, look }: { experiment: StatusJson; look: LookJson }) {
  const { objective } = experiment.policy;
  const most = scaleOf(look.pairs.map(({ interval }) => interval));
  return (
    <ul class="rows">
      {look.pairs.map((pair, index) => (
        <li data-pair={`${pair.variant_a}|${pair.variant_b}`}>
          {adName(experiment.variants, pair.variant_b)} {isCost(objective) ? 'against' : 'over'}{' '}
          {adName(experiment.variants, pair.variant_a)}:{' '}
          <LiftBy field="lift" value={pair.lift} objective={objective} interval={pair.interval} />{' '}
          <IntervalBar lift={pair.lift} interval={pair.interval} most={most} objective={objective} />{' '}
          <span class="muted">
            {index === 0 ? <Word of="confidence">confidence</Word> : 'confidence'}{' '}
            <Figure field="confidence" value={pair.confidence}>
              {isJudged(pair) ? pair.confidence.toFixed(3) : 'not judged yet'}
            </Figure>
            {pair.note && isJudged(pair) && `, ${pair.note}`}
            {beatenText(experiment, pair) && `; ${beatenText(experiment, pair)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Before the first look that counts there is no confidence: 0 would read as a judgement. */
function isJudged({ counts, p }: LookJson['pairs'][number]): boolean {
  return counts || p < 1;
}

/** Of more than two ads, one may be beaten long before one has won. */
function beatenText(
  { variants, winner_variant_id: winner }: StatusJson,
  { called_winner: better, variant_a, variant_b }: LookJson['pairs'][number],
): string | null {
  if (better === null || winner !== null || variants.length < 3) return null;
  return `${shortAdName(variants, better === variant_a ? variant_b : variant_a)} is beaten, but no ad has won yet`;
}

export function Ledger(props: { rows: readonly LedgerRowJson[]; currency: string; reader: Reader }) {
  const { rows, currency, reader } = props;
  if (rows.length === 0) return <p class="note">No budget was written.</p>;
  return (
    <div class="table">
      <table>
        <caption>Every attempt to write a budget</caption>
        <thead>
          <tr>
            <th scope="col">No.</th>
            <th scope="col">When</th>
            <th scope="col">Phase</th>
            <th scope="col">Ad set</th>
            <th scope="col" class="number">
              From
            </th>
            <th scope="col" class="number">
              To
            </th>
            <th scope="col" class="number">
              Read back
            </th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr data-sequence={String(row.sequence)}>
              <td>{row.sequence}</td>
              <td>
                <Instant iso={row.at} reader={reader} />
              </td>
              <td>{row.phase}</td>
              <td>{row.ad_set_id}</td>
              <td class="number">
                <Money field="before" amount={row.before} currency={currency} reader={reader} />
              </td>
              <td class="number">
                <Money field="intended" amount={row.intended} currency={currency} reader={reader} />
              </td>
              <td class="number">
                {row.read_back === null ? (
                  '–'
                ) : (
                  <Money field="read_back" amount={row.read_back} currency={currency} reader={reader} />
                )}
              </td>
              <td>
                {row.outcome}
                {row.error && `: ${row.error}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The latest first. */
export function ControlLog({ rows, reader }: { rows: readonly ControlRowJson[]; reader: Reader }) {
  if (rows.length === 0) return <p class="note">Nobody has used a control.</p>;
  return (
    <ul>
      {[...rows].reverse().map((row) => (
        <li>
          <Instant iso={row.at} reader={reader} /> <strong>{row.kind}</strong> by {row.by} ({row.reason}):{' '}
          {row.outcome === 'refused' && 'refused. '}
          {row.message}
        </li>
      ))}
    </ul>
  );
}
