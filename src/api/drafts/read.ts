import type { DraftSet } from '../../contract/drafts.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from '../http/problems.js';
import { nextBrief } from './propose.js';
import type { DraftSetJson, NextBriefJson } from './responses.js';
import { draftSetToJson, nextBriefToJson } from './to-json.js';

type Read = Pick<ApiContext, 'store'>;

/** With the patterns that its drafts use, as they are now. */
export async function shownSet({ store }: Read, set: DraftSet): Promise<DraftSetJson> {
  const ids = [...new Set(set.drafts.flatMap(({ patternIds }) => patternIds))];
  const patterns = await Promise.all(ids.map((id) => store.getPattern(id)));
  return draftSetToJson(
    set,
    new Map(patterns.flatMap((pattern) => (pattern ? [[pattern.id, pattern] as const] : []))),
  );
}

/** @throws ApiProblem 404 */
export async function draftSet(context: Read, id: string): Promise<DraftSetJson> {
  const set = await context.store.getDraftSet(id);
  if (!set)
    throw new ApiProblem('unknown_draft_set', `There are no drafts ${JSON.stringify(id)} in this account.`);
  return shownSet(context, set);
}

/** Newest first. */
export async function draftSets(context: Read, limit: number): Promise<DraftSetJson[]> {
  const sets = await context.store.listDraftSets(limit);
  return Promise.all(sets.map((set) => shownSet(context, set)));
}

export async function briefToStartWith(context: Read): Promise<NextBriefJson> {
  return nextBriefToJson(await nextBrief(context));
}
