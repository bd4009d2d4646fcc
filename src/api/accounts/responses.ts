import { z } from '@hono/zod-openapi';
import { AccountAnswer } from '../account/responses.js';
import { minorUnits } from '../http/responses.js';
import { OverviewAnswer } from '../overview/responses.js';

export const AccountSummary = AccountAnswer.extend({
  name: z.string().nullable().openapi({ description: 'what the pages call it; null: its id' }),
  base: z.string().openapi({ description: 'path under which its API and its pages are' }),
  counts: OverviewAnswer.shape.counts,
  moved_cents: minorUnits.openapi({
    description: 'the sum of what is moved to winners now, per day; rollouts in shadow do not count',
  }),
  at_risk_cents: minorUnits.openapi({
    description: 'per day, if each lift is at the worst end of its interval; rollouts in shadow do not count',
  }),
}).openapi('AccountSummary');

export const AccountsAnswer = z.object({ accounts: z.array(AccountSummary) });
