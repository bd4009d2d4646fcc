import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { overviewOf } from '../../api/overview/read.js';
import { OverviewQuery } from '../../api/overview/requests.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { Home } from './home.js';

/** `/`. */
export function homePages(context: ApiContext): Hono {
  return new Hono().get('/', async (c) => {
    // An unknown filter in an address shows everything: a page is no place to refuse.
    const asked = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ''));
    const parsed = OverviewQuery.safeParse(asked);
    const query = parsed.success ? parsed.data : OverviewQuery.parse({});
    const [{ reader, frame }, overview] = await Promise.all([
      settingOf(context, c),
      overviewOf(context, query),
    ]);
    return render(
      c,
      <Page {...frame} title="Tests" current="/" live>
        <Home overview={overview} query={query} reader={reader} />
      </Page>,
    );
  });
}
