import type { MetaClient } from '../clients/meta/types.js';
import { dayAround } from '../domain/calendar.js';
import { callingMeta } from './failures.js';

/** Asks Meta for the account's time zone once. @throws what {@link callingMeta} makes of Meta's errors */
export function createAccountDay(
  meta: Pick<MetaClient, 'getAccount'>,
): (now: number) => Promise<ReturnType<typeof dayAround>> {
  let timezone: string | null = null;
  return async (now) => {
    timezone ??= await callingMeta(async () => (await meta.getAccount()).timezone);
    return dayAround(now, timezone);
  };
}
