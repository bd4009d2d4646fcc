/** The pages. They read what the API answers, by the same functions. */
import { Hono } from 'hono';
import type { ApiContext } from '../api/dependencies.js';
import { overviewOf } from '../api/overview/read.js';
import { OverviewQuery } from '../api/overview/requests.js';
import { type Asset, assets } from './assets.js';
import { experimentPages } from './experiment/pages.js';
import { settingReader } from './frame.js';
import { Home } from './home/home.js';
import { newTestPages } from './new/pages.js';
import { documentOf, Page } from './page.js';

export function pages(context: ApiContext): Hono {
  const settingOf = settingReader(context);
  const files = assets();
  return (
    new Hono()
      // Before the page of an experiment, whose address would take it for an id.
      .route('/', newTestPages(context, settingOf))
      .route('/', experimentPages(context, settingOf))
      .get('/assets/:name', (c) => {
        const asset: Asset | undefined = files.get(c.req.param('name'));
        if (!asset) return c.notFound();
        const { body, type, tag } = asset;
        if (c.req.header('if-none-match') === tag) return c.body(null, 304, { etag: tag });
        return c.body(body, 200, { 'content-type': type, etag: tag, 'cache-control': 'no-cache' });
      })
      .get('/', async (c) => {
        const { reader, frame } = await settingOf(c);
        // An unknown filter in an address shows everything: a page is no place to refuse.
        const asked = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ''));
        const parsed = OverviewQuery.safeParse(asked);
        const query = parsed.success ? parsed.data : OverviewQuery.parse({});
        const overview = await overviewOf(context, query);
        return c.html(
          documentOf(
            <Page {...frame} title="Tests" current="/" live>
              <Home overview={overview} query={query} reader={reader} />
            </Page>,
          ),
        );
      })
  );
}
