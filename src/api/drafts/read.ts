import type { DraftSet } from '../../contract/drafts.js';
import type { Pattern } from '../../contract/patterns.js';
import { ATTRIBUTES } from '../../domain/creative/registry.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from '../http/problems.js';
import { nextBrief } from './propose.js';
import type { DraftSetJson, NextBriefJson } from './responses.js';
import { draftSetToJson, nextBriefToJson } from './to-json.js';

type Read = Pick<ApiContext, 'store'>;

/** With the patterns that its drafts use, as they are now. */
export async function shownSet({ store }: Read, set: DraftSet): Promise<DraftSetJson> {
  return draftSetToJson(set, await attributePatterns(store));
}

/** Drafts use patterns of attributes alone. By id. */
async function attributePatterns(store: Read['store']): Promise<ReadonlyMap<string, Pattern>> {
  const patterns = await store.patternsOfAttributes(ATTRIBUTES.map(({ id }) => id));
  return new Map(patterns.map((pattern) => [pattern.id, pattern]));
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
  const { store } = context;
  const [sets, patterns] = await Promise.all([store.listDraftSets(limit), attributePatterns(store)]);
  return sets.map((set) => draftSetToJson(set, patterns));
}

export async function briefToStartWith(context: Read): Promise<NextBriefJson> {
  return nextBriefToJson(await nextBrief(context));
}
