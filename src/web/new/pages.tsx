/** `/experiments/new`: the tests that the account contains, started by ticking them. */
import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiContext } from '../../api/dependencies.js';
import { policyOf, register, startWorkflow } from '../../api/experiments/creation/register.js';
import { type ApiProblem, toProblem } from '../../api/http/problems.js';
import { previewRequest } from '../../api/setup/preview-request.js';
import { prepareProposals } from '../../api/setup/read.js';
import type { PreviewJson, ProposalsJson } from '../../api/setup/responses.js';
import { previewToJson, proposalsToJson } from '../../api/setup/to-json.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import type { DraftFacts } from './drafts.js';
import {
  type DraftsToTest,
  draftIdsOf,
  keyOf,
  MOST_TESTS,
  readForm,
  requestOf,
  type TypedTest,
  typedOf,
} from './form.js';
import { NewTests, type NewTestsFacts, type Result } from './view.js';

/** Real ms for forecasts after a start: nobody waits for those of the other tests. */
const AFTER_START_MS = 500;
/** So many tests are registered at the same time. */
const AT_ONCE = 3;

export function newTestPages(context: ApiContext): Hono {
  const newId = () => `exp_${randomUUID()}`;
  const horizonHours = policyOf(context, {}).horizonHours;

  /** The proposals as the API answers them, or why there are none. */
  const read = async (
    waitMs?: number,
  ): Promise<{ found: ProposalsJson | null; trouble: ApiProblem | null }> => {
    try {
      const { setup, proposals, unfit } = await prepareProposals(context, waitMs);
      return { found: proposalsToJson(setup, proposals, unfit), trouble: null };
    } catch (error) {
      return { found: null, trouble: problemOf(error) };
    }
  };

  /** The drafts of these ids, in this order. */
  const draftFacts = async (ids: readonly string[]): Promise<DraftFacts> => {
    const known = new Map(
      (ids.length === 0 ? [] : await context.store.getDrafts(ids)).map((draft) => [draft.id, draft]),
    );
    const drafts = ids.flatMap((id) => known.get(id) ?? []);
    return { drafts, lacksSome: drafts.length < ids.length };
  };

  const problemOf = (error: unknown): ApiProblem => {
    const problem = toProblem(error);
    if (problem.kind === 'internal') context.onInternalError?.(error, 'the page of new tests');
    return problem;
  };

  const show = async (
    c: Context,
    facts: Omit<NewTestsFacts, 'reader' | 'viewer' | 'trouble'> & { trouble: ApiProblem | null },
    status: ContentfulStatusCode,
  ) => {
    const { reader, frame } = await settingOf(context, c);
    const trouble = facts.trouble?.message ?? null;
    return render(
      c,
      <Page {...frame} title="New test" current="/experiments/new">
        <NewTests {...facts} trouble={trouble} reader={reader} viewer={viewerOf(c)} />
      </Page>,
      status,
    );
  };

  return new Hono()
    .get('/experiments/new', async (c) => {
      const [{ found, trouble }, brought] = await Promise.all([
        read(),
        draftFacts(draftIdsOf({ draft: c.req.queries('draft') ?? [] })),
      ]);
      const tickAll = c.req.query('all') !== undefined;
      const { knownName: declaredBy } = viewerOf(c);
      const typed = (found?.proposals ?? []).map((proposal) => {
        const ticked = tickAll && proposal.preview.can_start;
        return typedOf(proposal, {
          ...{ id: newId(), ticked, horizonHours, declaredBy },
          drafts: brought.drafts,
        });
      });
      return show(
        c,
        { ...brought, found, trouble, typed, results: [], previews: new Map() },
        (trouble?.status ?? 200) as ContentfulStatusCode,
      );
    })
    .post('/experiments/new', async (c) => {
      const fields = await c.req.parseBody({ all: true });
      const sent = readForm(fields, newId);
      const brought = await draftFacts(draftIdsOf(fields));
      const { drafts } = brought;
      const ticked = sent.filter((one) => one.ticked).slice(0, MOST_TESTS);
      const { principal, signedIn, knownName: declaredBy } = viewerOf(c);
      const owner = signedIn ? principal.name : null;
      const wantsPreview = fields.action === 'preview';
      const previews = new Map<string, PreviewJson>();
      const results: Result[] = [];
      for (let first = 0; first < ticked.length; first += AT_ONCE) {
        const some = ticked.slice(first, first + AT_ONCE);
        await Promise.all(
          some.map(async (typed) => {
            if (!wantsPreview) return results.push(await start(typed, owner, drafts));
            const preview = await previewed(typed, owner, drafts);
            if ('message' in preview) results.push(preview);
            else previews.set(typed.key, preview);
          }),
        );
      }
      const order = new Map(ticked.map(({ key }, index) => [key, index]));
      results.sort((a, b) => order.get(a.key)! - order.get(b.key)!);
      const started = new Set(
        results.filter(({ experimentId }) => experimentId !== null).map(({ key }) => key),
      );
      const { found, trouble } = await read(wantsPreview ? undefined : AFTER_START_MS);
      // What was typed is shown again, unless its test has started; new proposals are shown as found.
      const kept = sent.filter(({ key }) => !started.has(key));
      const known = new Set(sent.map(({ key }) => key));
      const fresh = (found?.proposals ?? [])
        .filter((proposal) => !known.has(keyOf(proposal)))
        .map((proposal) =>
          typedOf(proposal, { id: newId(), ticked: false, horizonHours, declaredBy, drafts }),
        );
      const nothing = ticked.length === 0;
      const failed = nothing || results.some(({ experimentId }) => experimentId === null);
      const typed = [...kept, ...fresh];
      return show(c, { ...brought, found, trouble, typed, results, previews, nothing }, failed ? 400 : 200);
    });

  async function start(typed: TypedTest, owner: string | null, drafts: DraftsToTest): Promise<Result> {
    const { key, name } = typed;
    try {
      const { experiment, warnings } = await register(context, requestOf(typed, owner, drafts), typed.id);
      const { note } = await startWorkflow(context, experiment);
      const message = [...warnings, ...(note === null ? [] : [note])].join(' ');
      return { key, name, experimentId: experiment.id, message };
    } catch (error) {
      return { key, name, experimentId: null, message: problemOf(error).message };
    }
  }

  async function previewed(
    typed: TypedTest,
    owner: string | null,
    drafts: DraftsToTest,
  ): Promise<PreviewJson | Result> {
    try {
      const { preview, policy } = await previewRequest(context, requestOf(typed, owner, drafts));
      return previewToJson(preview, policy);
    } catch (error) {
      return { key: typed.key, name: typed.name, experimentId: null, message: problemOf(error).message };
    }
  }
}
