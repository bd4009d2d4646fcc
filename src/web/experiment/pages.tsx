import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { type ControlRequest, sendControl } from '../../api/controls/send-control.js';
import { pendingMessage } from '../../api/controls/to-json.js';
import type { ApiContext } from '../../api/dependencies.js';
import { experimentOf } from '../../api/experiments/lookup.js';
import { requester, text } from '../../api/http/fields.js';
import { isoOf } from '../../api/http/format.js';
import { ApiProblem } from '../../api/http/problems.js';
import { CONTROL_KINDS, type ControlKind } from '../../contract/messages.js';
import { fieldsOf, firstProblem } from '../forms.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import type { Typed } from './controls.js';
import { experimentFacts } from './read.js';
import { ExperimentView, type ExperimentViewFacts } from './view.js';

/** What a control's form may send beside who and why. */
const ControlForm = z.object({
  // A signed-in user's name is that of the token.
  ...requester(false),
  key: z.string().regex(/^[\w-]{1,100}$/),
  variant_id: text(64).optional(),
  // Empty as long as another control is meant.
  horizon_days: z
    .string()
    .regex(/^\d{0,4}$/, 'must be a whole number of days')
    .transform((typed) => (typed === '' ? undefined : Number(typed)))
    .optional(),
  budgets: z.enum(['keep', 'restore']).optional(),
  action: z.enum(['accept_current', 'retry_restore']).optional(),
});

/** Real ms for which the outcome of a control is shown. */
const NEWS_MS = 60_000;

/** `/experiments/:id` and the forms of its controls. */
export function experimentPages(context: ApiContext): Hono {
  const show = async (
    c: Context,
    id: string,
    more: { notice: ExperimentViewFacts['notice']; typed: Typed | null },
    status: 200 | 400 | 409,
  ) => {
    const [{ reader, frame }, facts] = await Promise.all([
      settingOf(context, c),
      experimentFacts(context, id),
    ]);
    return render(
      c,
      <Page {...frame} title={facts.experiment.name} live>
        <ExperimentView {...facts} {...more} reader={reader} viewer={viewerOf(c)} formKey={randomUUID()} />
      </Page>,
      status,
    );
  };

  return new Hono()
    .get('/experiments/:id', async (c) => {
      const id = c.req.param('id');
      const sent = c.req.query('sent');
      const row = sent
        ? (await context.store.listControls(id)).find(({ controlId }) => controlId === sent)
        : undefined;
      // The page stays open and is read again: what was news then would contradict what it shows now.
      const isNews = row && (await context.clock.now()) - row.at < NEWS_MS * context.timeBase.scale;
      const notice = isNews
        ? { isError: row.outcome === 'refused', text: row.message, at: isoOf(row.at) }
        : null;
      return show(c, id, { notice, typed: null }, 200);
    })
    .post('/experiments/:id/controls/:kind', async (c) => {
      const { id, kind } = c.req.param();
      const form = await fieldsOf(c);
      const known = CONTROL_KINDS.find((each) => each === kind);
      if (!known) throw new ApiProblem('not_found', `There is no control ${kind}.`);
      const typed: Typed = { kind, by: asText(form.by), reason: asText(form.reason) };
      const asked = ControlForm.safeParse(form);
      const lacksDays = known === 'extend' && asked.data?.horizon_days === undefined;
      if (!asked.success || lacksDays) {
        const text = asked.error
          ? firstProblem(asked.error)
          : 'To extend the test, type its days from the start.';
        return show(c, id, { notice: { isError: true, text }, typed }, 400);
      }
      const outcome = await send(known, id, ownOf(known, asked.data));
      if (outcome.kind !== 'done') {
        const isError = outcome.kind === 'refused';
        const notice = { isError, text: outcome.text };
        return show(c, id, { notice, typed: isError ? typed : null }, isError ? 409 : 200);
      }
      return c.redirect(
        `${context.base}/experiments/${encodeURIComponent(id)}?sent=${outcome.controlId}`,
        303,
      );
    });

  type Sent = { kind: 'done'; controlId: string } | { kind: 'pending' | 'refused'; text: string };

  async function send(kind: ControlKind, id: string, form: z.output<typeof ControlForm>): Promise<Sent> {
    const { variant_id: variantId, horizon_days: horizonDays, ...asked } = form;
    const experiment = await experimentOf(context, id);
    try {
      // The workflow validates what a kind needs: a form that lacks it is refused with a sentence.
      const request = {
        ...asked,
        ...(variantId && { variantId }),
        ...(horizonDays !== undefined && { horizonDays }),
      } as ControlRequest<ControlKind>;
      const sent = await sendControl(context, experiment, kind, request, context.checkWaitMs);
      if (sent.kind === 'pending' || sent.kind === 'signalled')
        return { kind: 'pending', text: pendingMessage(sent) };
      return { kind: 'done', controlId: sent.controlId };
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'control_refused')
        return { kind: 'refused', text: error.message };
      throw error;
    }
  }
}

/** One form has the fields of all controls: a control gets its own. */
function ownOf(kind: ControlKind, form: z.output<typeof ControlForm>): z.output<typeof ControlForm> {
  const { variant_id, horizon_days, budgets, action, ...common } = form;
  switch (kind) {
    case 'drop':
      return { ...common, variant_id };
    case 'extend':
      return { ...common, horizon_days };
    case 'stop':
      return { ...common, budgets };
    case 'resolve':
      return { ...common, action };
    default:
      return common;
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
