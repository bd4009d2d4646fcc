import type { z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { overviewOf } from '../overview/read.js';
import { OverviewQuery } from '../overview/requests.js';
import type { OverviewRowJson } from '../overview/to-json.js';
import type { AccountSummary } from './responses.js';

export type AccountSummaryJson = z.output<typeof AccountSummary>;

/** The accounts side by side, in the order of the settings. Each is read by its own context: none sees another's record. */
export function accountSummaries(contexts: readonly ApiContext[]): Promise<AccountSummaryJson[]> {
  return Promise.all(
    contexts.map(async (context) => {
      const [account, overview] = await Promise.all([
        context.account(),
        overviewOf(context, OverviewQuery.parse({})),
      ]);
      return {
        ...account,
        name: context.accountName,
        base: context.base,
        counts: overview.counts,
        ...atStake(overview.experiments),
      };
    }),
  );
}

/** What real rollouts of tests that go on move and put at risk together, minor units per day. */
export function atStake(rows: readonly OverviewRowJson[]): { moved_cents: number; at_risk_cents: number } {
  const real = rows.filter(({ shadow, end_date: end }) => !shadow && end === null);
  return {
    moved_cents: real.reduce((sum, row) => sum + row.moved_cents, 0),
    at_risk_cents: real.reduce((sum, row) => sum + row.at_risk_cents, 0),
  };
}
