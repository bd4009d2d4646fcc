import { z } from '@hono/zod-openapi';
import { instant, minorUnits, orNull } from '../http/responses.js';

export const KillSwitchAnswer = z
  .object({ engaged: z.boolean(), by: z.string(), reason: z.string(), at: instant })
  .openapi('KillSwitch');

/** The kill switch after a change, with the rollouts that it holds. */
export const KillSwitchResult = KillSwitchAnswer.extend({
  held: z.array(z.string()).openapi({ description: 'rollouts that are held by now' }),
  pending: z.array(z.string()).openapi({
    description: 'rollouts that write nothing more, and show it as soon as they are reached',
  }),
});

export const AccountAnswer = z
  .object({
    account_id: z.string(),
    environment: z.enum(['sandbox', 'live']),
    currency: z.string().nullable(),
    timezone: z.string().nullable(),
    meta: z
      .string()
      .nullable()
      .openapi({ description: 'why Meta did not tell of the account now; null where it did' }),
    writes: z.enum(['on', 'shadow']),
    kill_switch: orNull(KillSwitchAnswer),
    envelope: z.object({
      limit: z
        .number()
        .nullable()
        .openapi({ description: "major units of the account's currency, as configured; null: no limit" }),
      limit_cents: minorUnits.nullable(),
      moved_today_cents: minorUnits
        .nullable()
        .openapi({ description: "null where the account's day is not known" }),
      resets_at: instant.nullable(),
    }),
  })
  .openapi('Account');
