/** Forecast chances against what happened: on the line from corner to corner they come true as often as they say. */
import type { ModelJson } from '../../api/model/responses.js';

const SIZE = 300;
const EDGE = { left: 52, right: 20, top: 26, bottom: 40 };
const TICKS = [0, 0.25, 0.5, 0.75, 1];

type Bin = ModelJson['worth']['calibration'][number];
export type FilledBin = Bin & { forecast: number; happened: number; error: number };

/** The bins that have drafts. */
export function filledBins(bins: readonly Bin[]): FilledBin[] {
  return bins.filter(
    (bin): bin is FilledBin => bin.count > 0 && bin.forecast !== null && bin.happened !== null,
  );
}

export function CalibrationChart({ bins }: { bins: readonly FilledBin[] }) {
  const x = (value: number) => round(EDGE.left + value * (SIZE - EDGE.left - EDGE.right));
  const y = (value: number) =>
    round(EDGE.top + (1 - Math.max(0, Math.min(1, value))) * (SIZE - EDGE.top - EDGE.bottom));
  return (
    <svg class="plot-square" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img">
      <title>How often ads were best, by their forecast chance: {bins.map(binText).join('; ')}</title>
      {TICKS.map((tick) => (
        <>
          <line class="grid" x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text x={EDGE.left - 6} y={y(tick) + 4} text-anchor="end">
            {tick * 100} %
          </text>
          <text x={x(tick)} y={SIZE - EDGE.bottom + 16} text-anchor="middle">
            {tick * 100} %
          </text>
        </>
      ))}
      <text x={EDGE.left - 46} y={12}>
        share of these ads that was best
      </text>
      <text x={x(0.5)} y={SIZE - 6} text-anchor="middle">
        forecast chance
      </text>
      <line class="bound" x1={x(0)} x2={x(1)} y1={y(0)} y2={y(1)} />
      {bins.map(({ forecast, happened, error }) => (
        <>
          <line
            class="look"
            x1={x(forecast)}
            x2={x(forecast)}
            y1={y(happened - 2 * error)}
            y2={y(happened + 2 * error)}
          />
          <circle class="set" cx={x(forecast)} cy={y(happened)} r="4" />
        </>
      ))}
    </svg>
  );
}

function binText({ forecast, happened, count }: FilledBin): string {
  return `forecast ${Math.round(forecast * 100)} %, happened ${Math.round(happened * 100)} % of ${count}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
