import type { z } from '@hono/zod-openapi';
import type { PatternSearch } from '../../clients/postgres/pattern-types.js';
import type { ApiContext } from '../dependencies.js';
import { experimentId } from '../http/fields.js';
import { ApiProblem, sentencesOf } from '../http/problems.js';
import { showRows } from '../http/show-rows.js';
import { cursorOf, markOf, placeOf, type SearchedBy, type SearchPlace } from './cursor.js';
import { meaningOf } from './meaning.js';
import type { PatternQuery } from './requests.js';
import type { PatternsAnswer, PatternWithTestsAnswer } from './responses.js';
import { patternToJson, testToJson } from './to-json.js';

type Read = Pick<ApiContext, 'store' | 'searchEncoders' | 'encoderLimitMs' | 'onInternalError'>;

/** A page of the patterns that fit. */
export async function findPatterns(
  context: Read,
  { limit, cursor, ...asked }: z.output<typeof PatternQuery>,
): Promise<z.output<typeof PatternsAnswer>> {
  const { q, attribute, state, kind, basis, category, tag } = asked;
  const mark = markOf([q, attribute, state, kind, basis, category, tag]);
  const after = cursor === undefined ? null : placeOf(cursor);
  if (after && after.mark !== mark) throw otherSearch();
  const { search, note } = await searchFor(context, q, after);
  const found = await context.store.findPatterns({
    search,
    filters: { attributeId: attribute, state, kind, basis, category, tag },
    // One more, to know whether there is a next page.
    limit: limit + 1,
    after: after ?? undefined,
  });
  const page = found.slice(0, limit);
  const { shown, unreadable } = showRows(
    context,
    page,
    ({ place }) => place.id,
    ({ pattern, place }) => ({
      ...patternToJson(pattern),
      similarity: search.by === 'meaning' ? 1 - place.score : null,
    }),
  );
  const last = page.at(-1);
  return {
    patterns: shown,
    searched_by: search.by,
    note,
    limit,
    next_cursor: found.length > limit && last ? cursorOf({ ...last.place, by: search.by, mark }) : null,
    unreadable,
  };
}

/** Later pages search as the first one did. @throws ApiProblem if that isn't possible now */
async function searchFor(
  context: Read,
  q: string | undefined,
  after: SearchPlace | null,
): Promise<{ search: PatternSearch; note: string | null }> {
  if (q === undefined) return { search: { by: 'certainty' }, note: null };
  const words: PatternSearch = { by: 'words', words: q };
  if (after?.by === ('words' satisfies SearchedBy)) return { search: words, note: null };
  const { embedding, note } = await meaningOf(context, q);
  if (embedding) return { search: { by: 'meaning', near: embedding }, note: null };
  if (after) {
    throw new ApiProblem(
      'encoder_unavailable',
      'The pages before this one were found by meaning, which is not possible now. Search again without cursor.',
      { retryAfterSeconds: 5 },
    );
  }
  return { search: words, note };
}

function otherSearch(): ApiProblem {
  const errors = [{ field: 'cursor', message: 'belongs to another search: leave it out for a new one' }];
  return new ApiProblem('invalid_request', sentencesOf(errors), { errors });
}

/** A pattern with what each test says about it. @throws ApiProblem `not_found` */
export async function patternWithTests(
  { store, base }: Pick<ApiContext, 'store' | 'base'>,
  id: string,
): Promise<z.output<typeof PatternWithTestsAnswer>> {
  // Postgres can't compare any text. What no pattern can be named is no pattern's id.
  const pattern = experimentId().safeParse(id).success ? await store.getPattern(id) : null;
  if (!pattern) throw new ApiProblem('not_found', `There is no pattern ${id}.`);
  const tests = await store.testsOfPattern(id);
  return {
    ...patternToJson(pattern),
    test_results: tests.map((test) => testToJson(test, pattern, base)),
  };
}
