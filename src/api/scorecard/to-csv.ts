import { currencyOffset } from '../../domain/budget.js';
import { csvOf } from '../http/csv.js';
import { rounded } from '../http/format.js';
import type { ScorecardJson } from './read.js';

/** Amounts are major units of the currency in their row; rates and lifts are percent. */
const COLUMNS = [
  'part',
  'experiment_id',
  'name',
  'state',
  'variant_id',
  'role',
  'at',
  'impressions',
  'link_clicks',
  'click_rate_percent',
  'conversions',
  'conversion_rate_percent',
  'currency',
  'spend',
  'revenue',
  'cost_per_click',
  'cost_per_conversion',
  'lift_percent',
  'lift_low_percent',
  'lift_high_percent',
  'confidence',
  'budget_per_day_before',
  'budget_per_day_after',
  'by',
  'text',
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null>>;

/** The scorecard as CSV: a row for the test, and one per ad, pair, budget write, control and caveat. */
export function scorecardToCsv(card: ScorecardJson): string {
  const { experiment_id, currency } = card;
  const major = (cents: number | null) => (cents === null ? null : cents / currencyOffset(currency));
  const lifts = (lift: number, interval: readonly number[] | null): Row => ({
    lift_percent: percentOf(lift),
    lift_low_percent: interval && percentOf(interval[0]!),
    lift_high_percent: interval && percentOf(interval[1]!),
  });
  const rows: Row[] = [
    {
      part: 'test',
      name: card.name,
      state: card.state,
      at: card.start_date,
      text: [card.verdict, ...card.why, ...(card.declaration === null ? [] : [card.declaration])].join(' '),
    },
    ...card.ads.map(
      ({ metrics, ...ad }): Row => ({
        part: ad.won ? 'ad that won' : 'ad',
        name: ad.headline ?? ad.variant_id,
        variant_id: ad.variant_id,
        role: ad.role,
        at: card.look?.due_at ?? null,
        impressions: metrics?.impressions,
        link_clicks: metrics?.clicks,
        click_rate_percent: metrics?.ctr,
        conversions: metrics?.conversions,
        conversion_rate_percent: metrics?.conversion_rate,
        currency,
        spend: metrics?.spend,
        revenue: metrics?.revenue,
        cost_per_click: metrics && metrics.clicks > 0 ? metrics.cpc : null,
        cost_per_conversion: ad.cost_per_conversion,
        budget_per_day_before: major(ad.budget_before_cents),
        budget_per_day_after: major(ad.budget_after_cents),
      }),
    ),
    ...card.pairs.map(
      ({ variant_a, variant_b, lift, interval, confidence, note }): Row => ({
        part: 'lift',
        variant_id: variant_b,
        at: card.look?.due_at ?? null,
        ...lifts(lift, interval),
        confidence,
        text: `over ${variant_a}${note === null ? '' : `; ${note}`}`,
      }),
    ),
    ...(card.decided
      ? [{ part: 'decision', at: card.decided.at, by: card.decided.by, text: card.decided.reason }]
      : []),
    ...card.moves.map(
      ({ at, phase, variant_id, before_cents, after_cents }): Row => ({
        part: 'budget write',
        variant_id,
        at,
        currency,
        budget_per_day_before: major(before_cents),
        budget_per_day_after: major(after_cents),
        text: `phase ${phase}`,
      }),
    ),
    ...[card.verification, card.recheck].flatMap((found, index): Row[] =>
      found === null
        ? []
        : [
            {
              part: index === 0 ? 'verification' : 'recheck',
              state: found.outcome,
              variant_id: found.winner_variant_id,
              at: found.decided_at,
              ...lifts(found.lift, found.interval),
              text: found.message,
            },
          ],
    ),
    ...card.controls.map(
      ({ at, kind, by, reason, outcome }): Row => ({
        part: 'control',
        name: kind,
        state: outcome,
        at,
        by,
        text: reason,
      }),
    ),
    ...card.caveats.map(({ message }): Row => ({ part: 'caveat', text: message })),
  ];
  return csvOf(
    COLUMNS,
    rows.map((row) => ({ experiment_id, ...row })),
  );
}

function percentOf(fraction: number): number {
  return rounded(fraction * 100, 2);
}
