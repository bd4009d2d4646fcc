import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { scorecardOf } from '../../api/scorecard/read.js';
import { ClientLinkForm } from '../client-link/form.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import { Scorecard } from './view.js';

/** `/experiments/:id/scorecard`. */
export function scorecardPages(context: ApiContext): Hono {
  return new Hono().get('/experiments/:id/scorecard', async (c) => {
    const [{ reader, frame }, card] = await Promise.all([
      settingOf(context, c),
      scorecardOf(context, c.req.param('id')),
    ]);
    return render(
      c,
      <Page {...frame} title={`Scorecard: ${card.name}`}>
        <Scorecard card={card} reader={reader} forClient={false} />
        <ClientLinkForm view={{ kind: 'scorecard', id: card.experiment_id }} viewer={viewerOf(c)} />
      </Page>,
    );
  });
}
