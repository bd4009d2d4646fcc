import type { Context } from 'hono';
import type { ApiContext } from '../api/dependencies.js';
import { isoOf } from '../api/http/format.js';
import type { PageFrame } from './page.js';
import { viewerOrNull } from './session.js';

/** What the frame of every page shows: who looks at it, and the account and clock that it is about. */
export async function frameOf(
  { environment, meta, clock }: Pick<ApiContext, 'environment' | 'meta' | 'clock'>,
  c: Context,
): Promise<Pick<PageFrame, 'viewer' | 'environment' | 'accountId' | 'clock'>> {
  const now = environment === 'sandbox' ? await clock.now() : null;
  return {
    viewer: viewerOrNull(c),
    environment,
    accountId: meta.accountId,
    clock:
      now === null
        ? null
        : `Its clock shows ${isoOf(now)
            .replace('T', ' ')
            .replace(/:\d\d(\.\d+)?Z$/, ' UTC')}.`,
  };
}
