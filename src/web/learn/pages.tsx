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
import { StateForm, type TypedStatement } from './state-form.js';
import { Model, Worth } from './worth.js';

const PATTERNS_PER_PAGE = 20;

/** What became of a statement, by what its redirect says. */
const NEWS: Readonly<Record<string, string>> = {
  new: 'Your statement is a new pattern. Tests that vary it will say whether it holds.',
  joined: 'A pattern says the same already, so your statement was added to it as another wording.',
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

  const show = async (
    c: Context,
    refused: { typed: TypedStatement; message: string } | null,
    status: 200 | 400,
  ) => {
    const [{ reader, frame }, model, library] = await Promise.all([
      settingOf(context, c),
      modelStatus(context),
      found(refused ? {} : readQuery(c.req.query())),
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
        <StateForm viewer={viewerOf(c)} refused={refused} />
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
      const { statement, direction, category, by } = await fieldsOf(c);
      const typed = { statement, direction, category, by };
      // A signed-in user's name is that of the token.
      const asked = statementBody(false).safeParse({ ...typed, direction: direction || undefined });
      if (!asked.success) {
        const texts = Object.entries(typed).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : '',
        ]);
        const refused = {
          typed: Object.fromEntries(texts) as TypedStatement,
          message: firstProblem(asked.error),
        };
        return show(c, refused, 400);
      }
      const stated = await statePattern(context, { ...asked.data, by: asked.data.by ?? '' });
      const id = encodeURIComponent(stated.pattern.content_id);
      return c.redirect(
        `${context.base}/learn/patterns/${id}?stated=${stated.is_new ? 'new' : 'joined'}`,
        303,
      );
    });
}
