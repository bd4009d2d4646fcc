import { addDays, localDate, localHourStart } from '../clients/meta/timezone.js';
import type { MetaClient } from '../clients/meta/types.js';
import { callingMeta } from './failures.js';

/** The account's day around an instant: Meta's budgets and limits begin anew at its midnight. */
export interface AccountDay {
  /** Epoch ms. */
  since: number;
  /** The next midnight, exclusive. */
  until: number;
}

/** Asks Meta for the account's time zone once. @throws what {@link callingMeta} makes of Meta's errors */
export function createAccountDay(meta: Pick<MetaClient, 'getAccount'>): (now: number) => Promise<AccountDay> {
  let timezone: string | null = null;
  return async (now) => {
    timezone ??= await callingMeta(async () => (await meta.getAccount()).timezone);
    const today = localDate(now, timezone);
    return {
      since: localHourStart(today, 0, timezone),
      until: localHourStart(addDays(today, 1), 0, timezone),
    };
  };
}
