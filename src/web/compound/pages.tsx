import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { compoundOf } from '../../api/reports/read.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { Compound } from './compound.js';

/** `/compound`. */
export function compoundPages(context: ApiContext): Hono {
  return new Hono().get('/compound', async (c) => {
    const [{ reader, frame }, report] = await Promise.all([settingOf(context, c), compoundOf(context)]);
    return render(
      c,
      <Page {...frame} title="Results" current="/compound" live>
        <Compound report={report} reader={reader} />
      </Page>,
    );
  });
}
