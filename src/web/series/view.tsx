/** The series of one experiment: a chart to explore, and the same as a drawing and a table. */
import type { SeriesJson } from '../../api/series/read.js';
import { currencyOffset } from '../../domain/budget.js';
import { MEASURE_NAMES, MEASURES, type Measure, SERIES_BUCKETS } from '../../domain/reporting/series.js';
import type { Reader } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { Form, Link, useBase } from '../parts/links.js';
import { SeriesChart, SeriesLegend } from './chart.js';
import { bucketText, valueText } from './values.js';

export interface SeriesViewFacts {
  name: string;
  series: SeriesJson;
  measure: Measure;
  /** Whether the test has hours on record. */
  hasHours: boolean;
  reader: Reader;
}

export function SeriesView({ name, series, measure, hasHours, reader }: SeriesViewFacts) {
  const { experiment_id: id, read_until: until, note } = series;
  const address = `/experiments/${encodeURIComponent(id)}`;
  const api = `${useBase()}/api/ab${address}/series`;
  return (
    <>
      <p>
        <Link href={address}>{name}</Link>
      </p>
      <h1>What each ad did</h1>
      <Form class="pick-series" method="get" action={`${address}/series`}>
        <label>
          <span>Show</span>
          <select name="measure" id="measure">
            {MEASURE_NAMES.map((each) => (
              <option value={each} selected={each === measure} data-unit={MEASURES[each].unit}>
                {MEASURES[each].label}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Per</span>
          <select name="bucket" id="bucket">
            {SERIES_BUCKETS.filter((each) => each === 'day' || hasHours).map((each) => (
              <option value={each} selected={each === series.bucket}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Show</button>
      </Form>
      {note && <p class="warn">{note}</p>}
      <section class="card" aria-labelledby="chart">
        <h2 id="chart">
          {MEASURES[measure].label} per {series.bucket}
        </h2>
        {until === null ? (
          <p class="note">No data yet: the first figures come with the first look.</p>
        ) : (
          <>
            <div
              id="explore"
              data-series={api}
              data-locale={reader.locale}
              data-currency={series.currency}
              data-digits={currencyOffset(series.currency) === 1 ? '0' : '2'}
              hidden
            ></div>
            <div id="reading">
              <SeriesChart series={series} measure={measure} reader={reader} />
              <SeriesLegend series={series} />
            </div>
            <p class="muted">
              Up to the newest reading, <Instant iso={until} reader={reader} />
              {newerThanLook(series) && '; the last look has not seen all of it'}. Short marks at the bottom
              are looks, upright lines are budget writes. Meta corrects its figures for some days.
            </p>
          </>
        )}
      </section>
      {until !== null && <SeriesTable series={series} measure={measure} reader={reader} />}
    </>
  );
}

function newerThanLook({ looks, read_until: until }: SeriesJson): boolean {
  const last = looks.at(-1);
  return until !== null && (last === undefined || Date.parse(last.due_at) < Date.parse(until));
}

function SeriesTable({ series, measure, reader }: Omit<SeriesViewFacts, 'name' | 'hasHours'>) {
  const { buckets, variants, bucket, currency } = series;
  return (
    <details id="table">
      <summary>The same figures as a table ({buckets.length})</summary>
      <section class="table" tabindex={0} aria-label="Figures per bucket">
        <table>
          <caption>
            {MEASURES[measure].label} per {bucket}, in the time zone {series.timezone}
          </caption>
          <thead>
            <tr>
              <th scope="col">{bucket === 'day' ? 'Day' : 'Hour'}</th>
              {variants.map(({ name }) => (
                <th scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ start, end, hours }, place) => (
              <tr data-bucket={start}>
                <th scope="row">
                  {bucketText(start, series, reader)}
                  {hours * 3_600_000 < Date.parse(end) - Date.parse(start) && (
                    <span class="label">{hours} h of it</span>
                  )}
                </th>
                {variants.map((variant) => {
                  const value = variant[measure][place] ?? null;
                  return (
                    <td class="number">
                      {value === null ? (
                        '–'
                      ) : (
                        <Figure field={measure} value={value}>
                          {valueText(value, measure, currency, reader)}
                        </Figure>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
