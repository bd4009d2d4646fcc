/** The compound lift after each promotion. */
import { GridLines } from '../parts/grid-lines.js';

const [WIDTH, HEIGHT] = [720, 220];
const EDGE = { left: 60, right: 12, top: 12, bottom: 28 };

/** The compound lift, as a fraction, after each of these lifts in percent. Starts with 0. */
export function compounded(lifts: readonly number[]): number[] {
  const sums = [0];
  for (const lift of lifts) sums.push((1 + sums.at(-1)!) * (1 + lift / 100) - 1);
  return sums;
}

export function CompoundChart({
  claimed,
  shrunk,
}: {
  claimed: readonly number[];
  shrunk: readonly number[];
}) {
  const [claims, beliefs] = [compounded(claimed), compounded(shrunk)];
  const all = [...claims, ...beliefs];
  const [low, high] = [Math.min(0, ...all), Math.max(0.1, ...all)];
  const x = (index: number) =>
    round(EDGE.left + (index / Math.max(1, claims.length - 1)) * (WIDTH - EDGE.left - EDGE.right));
  const y = (value: number) =>
    round(EDGE.top + ((high - value) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom));
  const path = (values: readonly number[]) =>
    values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(value)}`).join('');
  const last = claims.length - 1;
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      <title>Compound lift over {promotionsText(last)}, believed and measured</title>
      <GridLines values={[low, 0, high]} y={y} left={EDGE.left} right={WIDTH - EDGE.right} />
      <path class="bound" d={path(claims)} />
      <path class="line" d={path(beliefs)} />
      <text x={EDGE.left} y={HEIGHT - 8}>
        0 promotions
      </text>
      <text x={WIDTH - EDGE.right} y={HEIGHT - 8} text-anchor="end">
        {promotionsText(last)}
      </text>
    </svg>
  );
}

function promotionsText(count: number): string {
  return `${count} promotion${count === 1 ? '' : 's'}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
