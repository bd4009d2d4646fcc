import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { frameOf } from '../frame.js';
import { render } from '../render.js';
import type { Description } from './description.js';
import { DocsPage } from './page.js';

/** `/docs`. `describe`: makes the API's description, once all its routes are known. */
export function docsRoutes(context: ApiContext, describe: () => Description): Hono {
  let description: Description | undefined;
  return new Hono().get('/docs', async (c) => {
    description ??= describe();
    return render(c, <DocsPage description={description} current="/docs" {...(await frameOf(context, c))} />);
  });
}
