import type { MetaClient } from '../clients/meta/types.js';
import { dayAround } from '../domain/calendar.js';
import { callingMeta } from './failures.js';

/** The account's day around an instant. Asks Meta for the time zone once. Throws as {@link callingMeta} does. */
export function createAccountDay(
  meta: Pick<MetaClient, 'getAccount'>,
): (now: number) => Promise<ReturnType<typeof dayAround>> {
  let timezone: string | null = null;
  return async (now) => {
    timezone ??= await callingMeta(async () => (await meta.getAccount()).timezone);
    return dayAround(now, timezone);
  };
}
