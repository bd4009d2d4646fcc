/** The output of a backtest: a progress bar on a terminal, and a table at the end. */

import { UNADJUSTED } from '../../domain/evidence/types.js';
import { phaseName } from '../../domain/rollout/plan.js';
import type { BacktestReport } from './backtest.js';
import { type PolicyName, WINNER_SHARE } from './policies.js';

const BAR_WIDTH = 40;

export interface Bar {
  at(done: number): void;
  end(): void;
}

/** Draws only on a terminal, and at most once per percent. */
export function createBar(screen: { write(text: string): unknown; isTTY?: boolean }, total: number): Bar {
  let drawn = -1;
  return {
    at(done) {
      const percent = Math.floor((100 * done) / Math.max(total, 1));
      if (!screen.isTTY || percent === drawn) return;
      drawn = percent;
      const full = Math.round((BAR_WIDTH * percent) / 100);
      const bar = '#'.repeat(full).padEnd(BAR_WIDTH, '.');
      screen.write(`\r[${bar}] ${String(percent).padStart(3)} %  ${done} of ${total} pairs`);
    },
    end() {
      if (screen.isTTY) screen.write('\r\u001b[K');
    },
  };
}

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
