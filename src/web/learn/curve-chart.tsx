/** The lift of the first choice by the number of tests that the model had learned from. */

import type { ModelJson } from '../../api/model/responses.js';
import { GridLines } from '../parts/grid-lines.js';

const [WIDTH, HEIGHT] = [400, 220];
const EDGE = { left: 60, right: 12, top: 12, bottom: 40 };

type Point = ModelJson['worth']['curve'][number];

export function CurveChart({ curve }: { curve: readonly Point[] }) {
  const ends = curve.flatMap(({ lift }) => (lift ? lift.interval_pct.map((end) => end / 100) : []));
  const [low, high] = [Math.max(-1, Math.min(0, ...ends)), Math.min(2, Math.max(0.1, ...ends))];
  const step = (WIDTH - EDGE.left - EDGE.right) / curve.length;
  const x = (place: number) => round(EDGE.left + (place + 0.5) * step);
  const y = (value: number) =>
    round(
      EDGE.top +
        ((high - Math.max(low, Math.min(high, value))) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom),
    );
  return (
    <section class="scroll" tabindex={0} aria-label="Lift of the first choice, as a drawing">
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
        <title>{labelOf(curve)}</title>
        <GridLines values={[...new Set([low, 0, high])]} y={y} left={EDGE.left} right={WIDTH - EDGE.right} />
        {curve.map((point, place) => (
          <>
            <text x={x(place)} y={HEIGHT - EDGE.bottom + 16} text-anchor="middle">
              {learnedText(point)}
            </text>
            {point.lift && (
              <>
                <line
                  class="look"
                  x1={x(place)}
                  x2={x(place)}
                  y1={y(point.lift.interval_pct[0] / 100)}
                  y2={y(point.lift.interval_pct[1] / 100)}
                />
                <circle class="set" cx={x(place)} cy={y(point.lift.pct / 100)} r="4" />
              </>
            )}
          </>
        ))}
        <text x={WIDTH / 2} y={HEIGHT - 6} text-anchor="middle">
          own tests learned from
        </text>
      </svg>
    </section>
  );
}

/** `0–9`, `800+`. */
export function learnedText({ from, to }: Pick<Point, 'from' | 'to'>): string {
  return to === null ? `${from}+` : `${from}–${to - 1}`;
}

function labelOf(curve: readonly Point[]): string {
  const known = curve.filter(({ lift }) => lift !== null);
  if (known.length === 0) return 'No lift is known yet.';
  return `Lift of the first choice by own tests learned from: ${known
    .map((point) => `${learnedText(point)}: ${point.lift!.pct} %`)
    .join('; ')}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
