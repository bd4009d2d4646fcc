import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { DRAFTS_WAIT_MS, proposeDrafts, setIdOf } from '../../api/drafts/propose.js';
import { briefToStartWith, draftSet, draftSets } from '../../api/drafts/read.js';
import { briefOf } from '../../api/drafts/routes.js';
import { otherControls, standingWinners, startingPoint } from '../../api/drafts/starting-point.js';
import { onceUnder } from '../../api/http/idempotency.js';
import { ApiProblem } from '../../api/http/problems.js';
import { textHash } from '../../clients/encoder/text-hash.js';
import { fieldsOf } from '../forms.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import { askedBy, type BriefFaults, readBrief, type TypedBrief, typedAtFirst } from './brief.js';
import { BriefForm } from './brief-form.js';
import { EarlierSets } from './earlier-sets.js';
import { DraftSetView } from './set.js';

const SHOWN_SETS = 20;
/** Winners, and controls, that the form offers to start from. */
const MOST_STARTS = 25;
const FORM_KEY = /^[\w-]{1,100}$/;

/** `/drafts` with the form of a brief, and the page of one set of drafts. */
export function draftPages(context: ApiContext): Hono {
  const show = async (
    c: Context,
    again: { typed: TypedBrief; faults: BriefFaults } | null,
    status: 200 | 400,
  ) => {
    const [{ reader, frame }, sets, next, winners, controls] = await Promise.all([
      settingOf(context, c),
      draftSets(context, SHOWN_SETS),
      briefToStartWith(context),
      standingWinners(context, MOST_STARTS),
      otherControls(context, MOST_STARTS),
    ]);
    const viewer = viewerOf(c);
    const typed = again?.typed ?? typedAtFirst(next, { experimentId: c.req.query('from') ?? '' });
    return render(
      c,
      <Page {...frame} title="Drafts" current="/drafts">
        <h1>Drafts</h1>
        <p>
          Say what your next ads are for, and get texts for them. They start from an ad that won, and each
          changes one thing of it, so that a test can tell what helps. You make the ads in Meta; the service
          makes none.
        </p>
        {viewer.principal.role === 'viewer' ? (
          <p class="note">You may read drafts. An operator may ask for them.</p>
        ) : (
          <BriefForm
            typed={typed}
            faults={again?.faults ?? {}}
            winners={winners}
            controls={controls}
            formKey={randomUUID()}
            viewer={viewer}
          />
        )}
        <EarlierSets sets={sets} reader={reader} />
      </Page>,
      status,
    );
  };

  return new Hono()
    .get('/drafts', (c) => show(c, null, 200))
    .post('/drafts', async (c) => {
      const fields = await fieldsOf(c);
      const typed = readBrief(fields);
      const asked = askedBy(typed);
      if ('faults' in asked) return show(c, { typed, faults: asked.faults }, 400);
      const { experiment_id: experimentId, places, by = '' } = asked.body;
      try {
        await startingPoint(context, experimentId);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
        return show(c, { typed, faults: { experimentId: error.message } }, 400);
      }
      const formKey = String(fields.key);
      const act = async ({ madeId }: { madeId: string }) => {
        const brief = briefOf(asked.body);
        const { id } = await proposeDrafts(context, setIdOf(madeId), { brief, experimentId, places, by });
        return { body: { id }, status: 200 as const, isFinal: true };
      };
      // Who goes back and changes the brief asks for something else, under the same key of the form.
      const key = `form ${textHash(`${formKey} ${JSON.stringify(typed)}`)}`;
      const { body } = FORM_KEY.test(formKey)
        ? await onceUnder(context, { key, request: 'POST /drafts' }, typed, act, DRAFTS_WAIT_MS)
        : await act({ madeId: randomUUID() });
      return c.redirect(`${context.base}/drafts/${encodeURIComponent(body.id)}`, 303);
    })
    .get('/drafts/:id', async (c) => {
      const [{ reader, frame }, set] = await Promise.all([
        settingOf(context, c),
        draftSet(context, c.req.param('id')),
      ]);
      return render(
        c,
        <Page
          {...frame}
          title={`Drafts for ${set.brief.product}`}
          current="/drafts"
          needs={{ styles: [], scripts: [], modules: ['copy.js'] }}
        >
          <DraftSetView set={set} reader={reader} viewer={viewerOf(c)} />
        </Page>,
      );
    });
}
