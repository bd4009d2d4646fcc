import type { Context } from 'hono';
import type { ApiContext } from '../api/dependencies.js';
import { clockText, instantText, localeOf, type Reader } from './format.js';
import type { Frame } from './page.js';
import { viewerOrNull } from './session.js';

/** What every page needs: whose eyes it is for, and its frame. */
export interface Setting {
  reader: Reader;
  frame: Frame;
}

type Source = Pick<
  ApiContext,
  'environment' | 'meta' | 'clock' | 'timeBase' | 'store' | 'base' | 'accountName'
>;

/** Real ms for which the account's time zone is remembered: a page must not wait for Meta each time. */
const KNOWN_MS = 60_000;

/** The time zone of an account, as Meta gave it last. */
class AccountZone {
  private known: { timezone: string; at: number } | null = null;
  private asking: Promise<void> | null = null;

  constructor(private readonly meta: Source['meta']) {}

  /** UTC as long as Meta has given no answer. */
  async read(): Promise<string> {
    if (this.known === null) await this.ask();
    else if (Date.now() - this.known.at > KNOWN_MS) void this.ask();
    return this.known?.timezone ?? 'UTC';
  }

  private ask(): Promise<void> {
    this.asking ??= this.meta
      .getAccount()
      .then(({ timezone }) => {
        this.known = { timezone, at: Date.now() };
      })
      .catch(() => undefined)
      .finally(() => {
        this.asking = null;
      });
    return this.asking;
  }
}

const zones = new WeakMap<Source['meta'], AccountZone>();

function zoneOf(meta: Source['meta']): AccountZone {
  const known = zones.get(meta) ?? new AccountZone(meta);
  zones.set(meta, known);
  return known;
}

/** The setting of a request. Without an answer of Meta, times are in UTC, and the page says so. */
export async function settingOf(
  { environment, meta, clock, timeBase, store, base, accountName }: Source,
  c: Context,
): Promise<Setting> {
  const [timezone, now, killSwitch] = await Promise.all([
    zoneOf(meta).read(),
    clock.now(),
    store.killSwitch(),
  ]);
  const reader: Reader = {
    locale: localeOf(c.req.header('accept-language')),
    timezone,
    now,
    scale: timeBase.scale,
  };
  const viewer = viewerOrNull(c);
  const time = `${instantText(new Date(now).toISOString(), reader)} (${timezone})`;
  return {
    reader,
    frame: {
      viewer,
      environment,
      account: { id: meta.accountId, name: accountName, base },
      clock: environment === 'sandbox' ? `It is ${time}. ${clockText(timeBase.scale)}` : null,
      // Someone who may not use the account must not learn what is done with it.
      stopped: viewer && killSwitch?.engaged ? `${killSwitch.by}: ${killSwitch.reason}.` : null,
      time,
      pace: { now, scale: timeBase.scale },
    },
  };
}

/** Makes the frame of a request's page. */
export type FrameOf = (c: Context) => Promise<Frame>;

/** The frame alone, for pages without figures. */
export async function frameOf(source: Source, c: Context): Promise<Frame> {
  return (await settingOf(source, c)).frame;
}
