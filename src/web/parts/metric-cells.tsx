/** Cells of a table of ads: what an ad did. */
import type { z } from '@hono/zod-openapi';
import type { MetricsAnswer } from '../../api/looks/responses.js';
import { minorUnits } from '../../domain/budget.js';
import { count, money, type Reader } from '../format.js';
import { Figure } from './figures.js';

export function CountCell({ field, value, reader }: { field: string; value: number; reader: Reader }) {
  return (
    <td class="number">
      <Figure field={field} value={value}>
        {count(value, reader)}
      </Figure>
    </td>
  );
}

/** Impressions, link clicks, click rate, conversions and spend. */
export function MetricCells(props: {
  metrics: z.output<typeof MetricsAnswer>;
  currency: string;
  reader: Reader;
}) {
  const { metrics, currency, reader } = props;
  return (
    <>
      <CountCell field="impressions" value={metrics.impressions} reader={reader} />
      <CountCell field="clicks" value={metrics.clicks} reader={reader} />
      <td class="number">
        <Figure field="ctr" value={metrics.ctr}>
          {metrics.ctr} %
        </Figure>
      </td>
      <CountCell field="conversions" value={metrics.conversions} reader={reader} />
      <td class="number">
        <Figure field="spend" value={metrics.spend}>
          {money(minorUnits(metrics.spend, currency), currency, reader)}
        </Figure>
      </td>
    </>
  );
}
