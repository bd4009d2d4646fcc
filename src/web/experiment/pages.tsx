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
import { extractAgain } from '../../api/insights/read.js';
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
  horizon_days: z.string().max(10, 'must be a whole number of days').optional(),
  budgets: z.enum(['keep', 'restore']).optional(),
  action: z.enum(['accept_current', 'retry_restore']).optional(),
  seen: z.string().optional(),
});

/** Sent twice, it asks once. */
const ExtractionForm = z.object({ by: text(100), key: ControlForm.shape.key });

/** Real ms for which the outcome of a control is shown. */
const NEWS_MS = 60_000;

/** `/experiments/:id` and the forms of its controls. The address of a form, opened again, leads to the page of the test. */
export function experimentPages(context: ApiContext): Hono {
  const pageOf = (id: string) => `${context.base}/experiments/${encodeURIComponent(id)}`;

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
      if (!isNews) return show(c, id, { notice: null, typed: null }, 200);
      const isError = row.outcome === 'refused';
      const { kind, by, reason } = row;
      const more = {
        notice: { isError, text: row.message, at: isoOf(row.at) },
        typed: isError ? { kind, by, reason } : null,
      };
      return show(c, id, more, 200);
    })
    .get('/experiments/:id/controls/:kind', (c) => c.redirect(pageOf(c.req.param('id')), 303))
    .post('/experiments/:id/controls/:kind', async (c) => {
      const { id, kind } = c.req.param();
      const form = await fieldsOf(c);
      const known = CONTROL_KINDS.find((each) => each === kind);
      if (!known) throw new ApiProblem('not_found', `There is no control ${kind}.`);
      const typed: Typed = { kind, by: asText(form.by), reason: asText(form.reason) };
      const asked = ControlForm.safeParse(form);
      const text = asked.success ? lackOf(known, asked.data) : firstProblem(asked.error);
      if (!asked.success || text !== null)
        return show(c, id, { notice: { isError: true, text: text ?? '' }, typed }, 400);
      const outcome = await send(known, id, ownOf(known, asked.data));
      if (outcome.kind !== 'recorded') {
        const isError = outcome.kind === 'refused';
        const notice = { isError, text: outcome.text };
        return show(c, id, { notice, typed: isError ? typed : null }, isError ? 409 : 200);
      }
      return c.redirect(`${pageOf(id)}?sent=${encodeURIComponent(outcome.controlId)}`, 303);
    })
    .get('/experiments/:id/insights', (c) => c.redirect(`${pageOf(c.req.param('id'))}#insights`, 303))
    .post('/experiments/:id/insights', async (c) => {
      const { id } = c.req.param();
      const asked = ExtractionForm.safeParse(await fieldsOf(c));
      const refuse = (text: string, status: 400 | 409) =>
        show(c, id, { notice: { isError: true, text }, typed: null }, status);
      if (!asked.success) return refuse(firstProblem(asked.error), 400);
      try {
        await extractAgain(context, await experimentOf(context, id), asked.data);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.kind !== 'insights_refused') throw error;
        return refuse(error.message, 409);
      }
      return c.redirect(`${pageOf(id)}#insights`, 303);
    });

  /** A refusal that is on record counts as recorded. */
  type Sent = { kind: 'recorded'; controlId: string } | { kind: 'pending' | 'refused'; text: string };

  async function send(kind: ControlKind, id: string, form: z.output<typeof ControlForm>): Promise<Sent> {
    const { variant_id: variantId, horizon_days: horizonDays, ...asked } = form;
    const experiment = await experimentOf(context, id);
    try {
      // The workflow validates what a kind needs: a form that lacks it is refused with a sentence.
      const request = {
        ...asked,
        ...(variantId && { variantId }),
        ...(horizonDays !== undefined && { horizonDays: Number(horizonDays) }),
      } as ControlRequest<ControlKind>;
      const sent = await sendControl(context, experiment, kind, request, context.checkWaitMs);
      if (sent.kind === 'pending' || sent.kind === 'signalled')
        return { kind: 'pending', text: pendingMessage(sent) };
      return { kind: 'recorded', controlId: sent.controlId };
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'control_refused') {
        const controlId = await refusalOf(kind, id, asked, error.message);
        return controlId === null
          ? { kind: 'refused', text: error.message }
          : { kind: 'recorded', controlId };
      }
      throw error;
    }
  }

  /** The id of a refusal in the record; null if it is not there. A refusal may have another id than its form. */
  async function refusalOf(
    kind: ControlKind,
    id: string,
    { by, reason }: { by?: string | undefined; reason: string },
    message: string,
  ): Promise<string | null> {
    const row = (await context.store.listControls(id)).findLast(
      (each) =>
        each.outcome === 'refused' &&
        each.kind === kind &&
        each.by === by &&
        each.reason === reason &&
        each.message === message,
    );
    return row?.controlId ?? null;
  }
}

/** What a form lacks that its own control needs, as a sentence; null if nothing. */
function lackOf(kind: ControlKind, { horizon_days, seen }: z.output<typeof ControlForm>): string | null {
  if (kind === 'extend' && !/^\d{1,4}$/.test(horizon_days ?? ''))
    return 'To extend the test, type its whole days from the start.';
  if (kind === 'promote' && seen === undefined)
    return 'To promote by force, read under Controls what would move, and tick “I have seen what would move”.';
  return null;
}

/** One form has the fields of all controls: a control gets its own. */
function ownOf(kind: ControlKind, form: z.output<typeof ControlForm>): z.output<typeof ControlForm> {
  const { variant_id, horizon_days, budgets, action, seen: _, ...common } = form;
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
