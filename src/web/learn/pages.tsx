import { type Context, Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { ApiProblem } from '../../api/http/problems.js';
import { modelStatus } from '../../api/model/read.js';
import { findPatterns, patternWithTests } from '../../api/patterns/read.js';
import { statementBody } from '../../api/patterns/requests.js';
import { statePattern } from '../../api/patterns/state.js';
import { fieldsOf, firstProblem } from '../forms.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import { Library, type LibraryFacts } from './library.js';
import { PatternView } from './pattern.js';
import { type LibraryQuery, readQuery } from './query.js';
import { type Again, StateForm, type TypedStatement } from './state-form.js';
import { Model, Worth } from './worth.js';

const PATTERNS_PER_PAGE = 20;

/** What became of a statement, by what its redirect says. */
const NEWS: Readonly<Record<string, string>> = {
  new: 'Your statement is a new pattern. Later tests whose ads differ in it will say whether it holds.',
  untested:
    'Your statement is a new pattern. No test can test it as long as it is not about something that the service reads from ads.',
  joined: 'A pattern says the same already, so your statement was added to it as another wording.',
  opposed:
    'Your statement says the opposite of this pattern and is recorded here as such: tests against the pattern speak for it.',
};

/** `/learn`, the page of a pattern, and the form that states one. The form's address, opened again, leads to the form. */
export function learnPages(context: ApiContext): Hono {
  /** The page that was asked for, or the first one and why. */
  const found = async (query: LibraryQuery): Promise<LibraryFacts> => {
    try {
      return {
        query,
        found: await findPatterns(context, { ...query, limit: PATTERNS_PER_PAGE }),
        trouble: null,
      };
    } catch (error) {
      if (query.cursor === undefined || !(error instanceof ApiProblem)) throw error;
      const { cursor: _, ...first } = query;
      return { ...(await found(first)), trouble: `This is the first page. ${error.message}` };
    }
  };

  const show = async (c: Context, again: Again | null, status: 200 | 400) => {
    const [{ reader, frame }, model, library] = await Promise.all([
      settingOf(context, c),
      modelStatus(context),
      found(again ? {} : readQuery(c.req.query())),
    ]);
    return render(
      c,
      <Page {...frame} title="Learn" current="/learn">
        <h1>Learn</h1>
        <p>
          What the tests of this account have taught: how far forecasts of new ads can be trusted, and what
          holds for their texts. All of it is advice: no decision and no budget uses it.
        </p>
        <Worth status={model} reader={reader} />
        <Model status={model} reader={reader} />
        <Library {...library} />
        <StateForm viewer={viewerOf(c)} again={again} />
      </Page>,
      status,
    );
  };

  return new Hono()
    .get('/learn', (c) => show(c, null, 200))
    .get('/learn/patterns', (c) => c.redirect(`${context.base}/learn#state`, 303))
    .get('/learn/patterns/:id', async (c) => {
      const [{ reader, frame }, pattern] = await Promise.all([
        settingOf(context, c),
        patternWithTests(context, c.req.param('id')),
      ]);
      const news = NEWS[c.req.query('stated') ?? ''] ?? null;
      return render(
        c,
        <Page {...frame} title={pattern.title} current="/learn">
          <PatternView pattern={pattern} news={news} reader={reader} />
        </Page>,
      );
    })
    .post('/learn/patterns', async (c) => {
      const fields = await fieldsOf(c);
      const textOf = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
      const typed = Object.fromEntries(
        TYPED.map((name) => [name, textOf(name)]),
      ) as unknown as TypedStatement;
      const refuse = (refusal: string) => show(c, { typed, refusal, similar: [] }, 400);
      const asked = askedBy(typed, { sameAs: textOf('same_as'), asNew: textOf('as_new') });
      if (!asked.success) return refuse(firstProblem(asked.error));
      const body = { ...asked.data, by: asked.data.by ?? '' };
      try {
        const { similar } = await statePattern(context, { ...body, dry_run: true });
        if (similar.length > 0 && body.same_as === undefined) {
          return await show(c, { typed, refusal: null, similar }, 200);
        }
        const { pattern, is_new: isNew, opposes } = await statePattern(context, body);
        const { content_id: id, attribute_id: attribute } = pattern!;
        const news = opposes ? 'opposed' : !isNew ? 'joined' : attribute === null ? 'untested' : 'new';
        return c.redirect(`${context.base}/learn/patterns/${encodeURIComponent(id)}?stated=${news}`, 303);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
        return refuse(error.message);
      }
    });
}

const TYPED = ['statement', 'attribute_id', 'direction', 'category', 'by'] as const;

/** What the form asks for. A signed-in user's name is that of the token. */
function askedBy(typed: TypedStatement, chosen: { sameAs: string; asNew: string }) {
  return statementBody(false).safeParse({
    ...typed,
    attribute_id: typed.attribute_id || undefined,
    direction: typed.direction || undefined,
    same_as: chosen.sameAs || undefined,
    as_new: chosen.asNew === 'true',
  });
}
