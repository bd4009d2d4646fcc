import { type Context, Hono } from 'hono';
import { accountSummaries } from '../../api/accounts/read.js';
import type { ApiContext } from '../../api/dependencies.js';
import { clockText, localeOf } from '../format.js';
import { type Frame, Page } from '../page.js';
import { render } from '../render.js';
import { viewerOrNull } from '../session.js';
import { Accounts } from './accounts.js';

/**
 * `/` of a deployment that serves several accounts, and the frame of pages that are about no single one. `first`: any of
 * the accounts, since all have one environment and one clock. `allowed`: those that whoever asks may use.
 */
export function accountsPages(
  first: Pick<ApiContext, 'environment' | 'clock' | 'timeBase'>,
  allowed: (c: Context) => readonly ApiContext[],
): { routes: Hono; frameOf: (c: Context) => Promise<Frame> } {
  const { environment, clock, timeBase } = first;
  const frameOf = async (c: Context): Promise<Frame> => ({
    viewer: viewerOrNull(c),
    environment,
    account: null,
    clock: environment === 'sandbox' ? clockText(timeBase.scale) : null,
    stopped: null,
    time: null,
    pace: { now: await clock.now(), scale: timeBase.scale },
  });
  const routes = new Hono().get('/', async (c) => {
    const [frame, accounts] = await Promise.all([frameOf(c), accountSummaries(allowed(c))]);
    const locale = localeOf(c.req.header('accept-language'));
    return render(
      c,
      <Page {...frame} title="Accounts">
        <Accounts accounts={accounts} locale={locale} pace={frame.pace} />
      </Page>,
    );
  });
  return { routes, frameOf };
}
