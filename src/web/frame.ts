import type { Context } from 'hono';
import { accountZone } from '../api/account/zone.js';
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

/** The setting of a request. Without an answer of Meta, times are in UTC, and the page says so. */
export async function settingOf(
  { environment, meta, clock, timeBase, store, base, accountName }: Source,
  c: Context,
): Promise<Setting> {
  const [known, now, killSwitch] = await Promise.all([accountZone(meta), clock.now(), store.killSwitch()]);
  const timezone = known ?? 'UTC';
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

/** The frame of a failure. Someone who may not use the account learns neither its name nor its time zone. */
export async function errorFrameOf(source: Source & Pick<ApiContext, 'tokens'>, c: Context): Promise<Frame> {
  const frame = await frameOf(source, c);
  if (frame.viewer !== null || frame.account === null) return frame;
  return { ...frame, account: { ...frame.account, name: null }, clock: null, time: null };
}
