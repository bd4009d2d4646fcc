import type { Context } from 'hono';
import type { ApiContext } from '../api/dependencies.js';
import { clockText, instantText, localeOf, type Reader } from './format.js';
import type { PageFrame } from './page.js';
import { viewerOf } from './session.js';

/** What every page needs: whose eyes it is for, and its frame. */
export interface Setting {
  reader: Reader;
  frame: Omit<PageFrame, 'title' | 'children'>;
}

/** Real ms for which the account's time zone is remembered: a page must not wait for Meta each time. */
const KNOWN_MS = 60_000;

/** Reads the setting of a request. Without an answer of Meta, times are in UTC, and the page says so. */
export function settingReader(context: ApiContext): (c: Context) => Promise<Setting> {
  let timezone: { value: string; at: number } | null = null;
  let asking: Promise<void> | null = null;

  const ask = () => {
    asking ??= context.meta
      .getAccount()
      .then((account) => {
        timezone = { value: account.timezone, at: Date.now() };
      })
      .catch(() => undefined)
      .finally(() => {
        asking = null;
      });
    return asking;
  };

  return async (c) => {
    if (timezone === null) await ask();
    else if (Date.now() - timezone.at > KNOWN_MS) void ask();
    const now = await context.clock.now();
    const reader: Reader = {
      locale: localeOf(c.req.header('accept-language')),
      timezone: timezone?.value ?? 'UTC',
      now,
    };
    const { environment, timeBase, meta } = context;
    const time = `${instantText(new Date(now).toISOString(), reader)} (${reader.timezone})`;
    return {
      reader,
      frame: {
        viewer: viewerOf(c),
        environment,
        accountId: meta.accountId,
        clock: environment === 'sandbox' ? `It is ${time}. ${clockText(timeBase.scale)}` : null,
        time,
        pace: { now, scale: timeBase.scale },
      },
    };
  };
}
