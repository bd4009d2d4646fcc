/** A series as a drawing to read: one line per ad, marks for looks and budget writes. Pure. */
import type { SeriesJson } from '../../api/series/read.js';
import { MEASURES, type Measure } from '../../domain/reporting/series.js';
import type { Reader } from '../format.js';
import { bucketText, ticksBetween, valueText } from './values.js';

const [WIDTH, HEIGHT] = [720, 240];
const EDGE = { left: 64, right: 12, top: 12, bottom: 34 };
/** Room for the date below the chart. */
const MOST_DATES = 7;

export interface SeriesChartFacts {
  series: SeriesJson;
  measure: Measure;
  reader: Reader;
}

export function SeriesChart({ series, measure, reader }: SeriesChartFacts) {
  const { buckets, variants, looks, writes, currency } = series;
  const starts = buckets.map(({ start }) => Date.parse(start));
  const [first, last] = [starts[0] ?? 0, starts.at(-1) ?? 1];
  const values = variants.flatMap((variant) => variant[measure].filter((value) => value !== null));
  const [low, high] = boundsOf(values, measure);
  const width = WIDTH - EDGE.left - EDGE.right;
  const x = (at: number) => tenth(EDGE.left + (last === first ? 0.5 : (at - first) / (last - first)) * width);
  const y = (value: number) =>
    tenth(EDGE.top + ((high - value) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom));
  const inside = (iso: string) => Date.parse(iso) >= first && Date.parse(iso) <= last;
  const every = Math.max(1, Math.ceil(buckets.length / MOST_DATES));
  return (
    <section
      class="scroll"
      tabindex={0}
      aria-label={`${MEASURES[measure].label} per ${series.bucket}, as a drawing`}
    >
      <svg class="chart series" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
        <title>{labelOf(series, measure, reader)}</title>
        {ticksBetween(low, high, 5).map((value) => (
          <>
            <line class="grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(value)} y2={y(value)} />
            <text x={EDGE.left - 6} y={y(value) + 4} text-anchor="end">
              {valueText(value, measure, currency, reader)}
            </text>
          </>
        ))}
        {buckets.map(({ start }, place) =>
          place % every === 0 ? (
            <text
              x={x(starts[place]!)}
              y={HEIGHT - 6}
              text-anchor={place === 0 ? 'start' : place === buckets.length - 1 ? 'end' : 'middle'}
            >
              {bucketText(start, { ...series, bucket: 'day' }, reader)}
            </text>
          ) : null,
        )}
        {looks
          .filter(({ due_at }) => inside(due_at))
          .map(({ due_at, look_number }) => (
            <line
              class="look"
              x1={x(Date.parse(due_at))}
              x2={x(Date.parse(due_at))}
              y1={HEIGHT - EDGE.bottom}
              y2={HEIGHT - EDGE.bottom + 6}
            >
              <title>look {look_number}</title>
            </line>
          ))}
        {writes
          .filter(({ at }) => inside(at))
          .map(({ at }) => (
            <line
              class="write"
              x1={x(Date.parse(at))}
              x2={x(Date.parse(at))}
              y1={EDGE.top}
              y2={HEIGHT - EDGE.bottom}
            >
              <title>budget write</title>
            </line>
          ))}
        {variants.map((variant, index) => (
          <>
            <path class={`series-${index + 1}`} d={lineOf(variant[measure], starts, x, y)} />
            {buckets.length <= 60 &&
              variant[measure].map((value, place) =>
                value === null ? null : (
                  <circle class={`series-${index + 1}`} cx={x(starts[place]!)} cy={y(value)} r="2.5" />
                ),
              )}
          </>
        ))}
      </svg>
    </section>
  );
}

/** The names of the ads beside their lines. */
export function SeriesLegend({ series }: { series: SeriesJson }) {
  return (
    <ul class="legend">
      {series.variants.map(({ name }, index) => (
        <li>
          <svg width="28" height="10" viewBox="0 0 28 10" aria-hidden="true">
            <path class={`series-${index + 1}`} d="M1 5L27 5" />
          </svg>{' '}
          {name}
        </li>
      ))}
    </ul>
  );
}

/** What the chart shows, and its first and last values, for those who can't see it. */
function labelOf(series: SeriesJson, measure: Measure, reader: Reader): string {
  const { buckets, variants, bucket, currency } = series;
  if (buckets.length === 0) return 'No data yet.';
  const ends = variants.map((variant) => {
    const known = variant[measure].filter((value) => value !== null);
    if (known.length === 0) return `${variant.name}: no value`;
    const text = (value: number) => valueText(value, measure, currency, reader);
    return `${variant.name}: first ${text(known[0]!)}, last ${text(known.at(-1)!)}, lowest ${text(Math.min(...known))}, highest ${text(Math.max(...known))}`;
  });
  const period = `${bucketText(buckets[0]!.start, series, reader)} to ${bucketText(buckets.at(-1)!.start, series, reader)}`;
  return `${MEASURES[measure].label} per ${bucket}, ${period}. ${ends.join('. ')}.`;
}

/** Counts and amounts begin at zero; a rate fills the chart, because its differences are small. */
function boundsOf(values: readonly number[], measure: Measure): [number, number] {
  if (values.length === 0) return [0, 1];
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const isRate = MEASURES[measure].unit === 'percent' || MEASURES[measure].unit === 'ratio';
  const margin = (highest - lowest || highest || 1) * 0.08;
  return [isRate ? Math.max(0, lowest - margin) : 0, highest + margin];
}

function lineOf(
  values: readonly (number | null)[],
  starts: readonly number[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let isDown = false;
  return values
    .map((value, place) => {
      const step = value === null ? '' : `${isDown ? 'L' : 'M'}${x(starts[place]!)} ${y(value)}`;
      isDown = value !== null;
      return step;
    })
    .join('');
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
