/** A lift with its interval as a small bar on a zero line. */
import { intervalText, liftText, percent } from '../format.js';

const WIDTH = 160;
const HEIGHT = 18;
/** Radius of the point: at either end all of it must be seen. */
const POINT = 4;

export interface IntervalBarFacts {
  lift: number;
  interval: readonly [number, number] | null;
  /** The lift at both ends of the bar, so that the bars of a list share one scale. */
  most: number;
  /** What decides the test, if the lift is that of a test. */
  objective?: string;
}

/** The scale that shows all of these intervals, at least ±10 % and at most ±100 %. */
export function scaleOf(intervals: readonly (readonly [number, number] | null)[]): number {
  const ends = intervals.flatMap((interval) => (interval ? interval.map(Math.abs) : []));
  return Math.min(1, Math.max(0.1, ...ends));
}

export function IntervalBar({ lift, interval, most, objective }: IntervalBarFacts) {
  const x = (value: number) => {
    const inside = Math.max(-most, Math.min(most, value));
    return Math.round((WIDTH / 2 + (WIDTH / 2 - POINT) * (inside / most)) * 10) / 10;
  };
  const text = (value: number) => (objective ? liftText(value, objective) : percent(value));
  const label = interval
    ? `${text(lift)}, interval ${objective ? intervalText(interval, objective) : interval.map(percent).join(' to ')}`
    : `${lift === 0 ? '' : `${text(lift)}, `}no interval yet`;
  const sign = interval === null ? 'open' : interval[0] > 0 ? 'above' : interval[1] < 0 ? 'below' : 'open';
  return (
    <svg
      class={`interval ${sign}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
    >
      <title>{label}</title>
      <line class="zero" x1={WIDTH / 2} x2={WIDTH / 2} y1="1" y2={HEIGHT - 1} />
      {interval && (
        <rect
          class="range"
          x={x(interval[0])}
          width={Math.max(2, x(interval[1]) - x(interval[0]))}
          y="6"
          height="6"
          rx="3"
        />
      )}
      <circle class="point" cx={x(lift)} cy={HEIGHT / 2} r={POINT} />
    </svg>
  );
}
