/** The output of a backtest: a table. */

import { UNADJUSTED } from '../../domain/evidence/types.js';
import { phaseName } from '../../domain/rollout/plan.js';
import type { BacktestReport } from './backtest.js';
import { type PolicyName, WINNER_SHARE } from './policies.js';

const LABELS: Record<PolicyName, string> = {
  peeked_welch: `Welch at every look (${UNADJUSTED})`,
  fixed_horizon: 'Welch once, at the end',
  sequential: 'sequential rule (default)',
};

export function table({ tests, pairs, policies }: BacktestReport): string {
  const whole = (value: number) => Math.round(value).toLocaleString('en-US');
  const lines = [
    ['policy', 'promoted', 'reversed', 'impressions needed', 'clicks gained'],
    ...policies.map((policy) => [
      LABELS[policy.name],
      whole(policy.promoted),
      whole(policy.reversed),
      `${(100 * policy.mean_share_of_impressions).toFixed(1)} %`,
      whole(policy.clicks_gained),
    ]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const rows = lines.map((line) =>
    line.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  '),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return `${[
    `${whole(tests)} tests, ${whole(pairs)} pairs`,
    '',
    rows[0],
    rule,
    ...rows.slice(1),
    '',
    'reversed: in the full data the promoted ad has the lower click rate.',
    'Impressions needed: mean over all pairs; an undecided pair counts as 100 %.',
    `Clicks gained: compared with a 50/50 split to the end; a promoted ad gets ${phaseName({ winnerShare: WINNER_SHARE })} % of the remaining impressions.`,
  ].join('\n')}\n`;
}
