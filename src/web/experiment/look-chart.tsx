/** The lift of a pair over all looks: the interval, what the rule needs at each look, and every budget write. */

import { GridLines } from '../parts/grid-lines.js';
import type { LookJson } from './read.js';

const [WIDTH, HEIGHT] = [720, 260];
const EDGE = { left: 52, right: 12, top: 12, bottom: 30 };

export interface ChartPoint {
  /** Hours since the start. */
  hours: number;
  lookNumber: number;
  lift: number;
  interval: [number, number] | null;
  /** The lift that the rule needs at this look for a winner, upwards and downwards; null if the look doesn't count. */
  needed: [number, number] | null;
}

/** The points of a pair, the first look first. Looks without an estimate are left out. */
export function pointsOf(
  looks: readonly LookJson[],
  pair: readonly [string, string],
  startedAt: number,
): ChartPoint[] {
  return [...looks].reverse().flatMap((look): ChartPoint[] => {
    const found = look.pairs.find(
      ({ variant_a, variant_b }) => variant_a === pair[0] && variant_b === pair[1],
    );
    if (!found || found.standard_error === 0) return [];
    const reach = found.counts && found.bound !== null ? found.bound * found.standard_error : null;
    return [
      {
        hours: (Date.parse(look.due_at) - startedAt) / 3_600_000,
        lookNumber: look.look_number,
        lift: found.lift,
        interval: found.interval,
        needed: reach === null ? null : [Math.expm1(-reach), Math.expm1(reach)],
      },
    ];
  });
}

export interface LookChartFacts {
  points: readonly ChartPoint[];
  /** Hours since the start of each budget write. */
  writes: readonly number[];
  label: string;
}

/** The largest lift that is drawn. */
const MOST = 3;

export function LookChart({ points, writes, label }: LookChartFacts) {
  const last = Math.max(24, ...points.map(({ hours }) => hours), ...writes);
  const recent = points.slice(Math.floor(points.length / 4));
  const ends = recent.flatMap(({ lift, interval }) => [lift, ...(interval ?? [])]);
  const high = Math.min(MOST, Math.max(0.1, ...ends) * 1.1);
  const low = Math.max(-1, Math.min(-0.1, ...ends) * 1.1);
  const x = (hours: number) => round(EDGE.left + (hours / last) * (WIDTH - EDGE.left - EDGE.right));
  const y = (lift: number) => {
    const inside = Math.max(low, Math.min(high, lift));
    return round(EDGE.top + ((high - inside) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom));
  };
  const path = (of: (point: ChartPoint) => number | null) =>
    pathOf(points, (point) => [x(point.hours), of(point)], y);
  const known = points.filter(({ interval }) => interval !== null);
  const area = [
    ...known.map(({ hours, interval }) => `${x(hours)},${y(interval![1])}`),
    ...[...known].reverse().map(({ hours, interval }) => `${x(hours)},${y(interval![0])}`),
  ].join(' ');
  return (
    <section class="scroll" tabindex={0} aria-label="Lift at each look, as a drawing">
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
        <title>{label}</title>
        <GridLines values={ticksOf(low, high)} y={y} left={EDGE.left} right={WIDTH - EDGE.right} />
        {daysOf(last).map((day) => (
          <text x={x(day * 24)} y={HEIGHT - 8} text-anchor="middle">
            day {day}
          </text>
        ))}
        {known.length > 1 && <polygon class="area" points={area} />}
        <path class="bound" d={path(({ needed }) => needed?.[1] ?? null)} />
        <path class="bound" d={path(({ needed }) => needed?.[0] ?? null)} />
        <path class="line" d={path(({ lift }) => lift)} />
        {points.map(({ hours, lift, lookNumber }) => (
          <circle class="mark" cx={x(hours)} cy={y(lift)} r={points.length > 60 ? 1.5 : 3}>
            <title>look {lookNumber}</title>
          </circle>
        ))}
        {writes.map((hours) => (
          <line class="write" x1={x(hours)} x2={x(hours)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom}>
            <title>budget write</title>
          </line>
        ))}
      </svg>
    </section>
  );
}

function pathOf(
  points: readonly ChartPoint[],
  of: (point: ChartPoint) => [number, number | null],
  y: (lift: number) => number,
): string {
  let isDown = false;
  return points
    .map((point) => {
      const [x, value] = of(point);
      if (value === null) {
        isDown = false;
        return '';
      }
      const step = `${isDown ? 'L' : 'M'}${x} ${y(value)}`;
      isDown = true;
      return step;
    })
    .join('');
}

function ticksOf(low: number, high: number): number[] {
  const step = [0.05, 0.1, 0.2, 0.5, 1].find((each) => (high - low) / each <= 8) ?? 1;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => round((first + i) * step));
}

function daysOf(hours: number): number[] {
  const days = Math.floor(hours / 24);
  const step = Math.max(1, Math.ceil(days / 8));
  return Array.from({ length: Math.floor(days / step) + 1 }, (_, i) => i * step);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
