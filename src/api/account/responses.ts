import { z } from '@hono/zod-openapi';
import { FreezeNow } from '../freezes/responses.js';
import { instant, minorUnits, orNull } from '../http/responses.js';

export const KillSwitchAnswer = z
  .object({ engaged: z.boolean(), by: z.string(), reason: z.string(), at: instant })
  .openapi('KillSwitch');

/** The kill switch after a change, with the rollouts that it holds. */
export const KillSwitchResult = KillSwitchAnswer.extend({
  held: z.array(z.string()).openapi({ description: 'rollouts that are now held' }),
  pending: z.array(z.string()).openapi({
    description: 'rollouts that write nothing more but do not show it yet: their workflows have not answered',
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
      .openapi({ description: 'why Meta gave no data on the account; null if it did' }),
    writes: z.enum(['on', 'shadow']),
    kill_switch: orNull(KillSwitchAnswer),
    kill_switch_changes: z.array(KillSwitchAnswer).openapi({
      description: 'who engaged or released it, when and why: the newest first, 50 at most',
    }),
    freeze: orNull(FreezeNow).openapi({ description: 'the freeze that holds now; null if none does' }),
    envelope: z.object({
      limit: z
        .number()
        .nullable()
        .openapi({ description: "major units of the account's currency, as configured; null: no limit" }),
      limit_cents: minorUnits.nullable(),
      moved_today_cents: minorUnits
        .nullable()
        .openapi({ description: "null if the account's time zone is not known" }),
      resets_at: instant.nullable(),
    }),
  })
  .openapi('Account');

/** Reads the account as of now. */
export type ReadAccount = () => Promise<z.output<typeof AccountAnswer>>;
