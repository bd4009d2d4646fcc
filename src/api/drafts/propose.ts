import { textHash } from '../../clients/encoder/text-hash.js';
import type { DraftSet, SetDraft, StartingPoint } from '../../contract/drafts.js';
import type { MadeForecast } from '../../contract/learning.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import { type Attributes, attributesOf } from '../../domain/creative/registry.js';
import type { Brief } from '../../domain/drafts/brief.js';
import { checkCopy } from '../../domain/drafts/check-copy.js';
import { chooseToTest, prospectsOf } from '../../domain/drafts/choose.js';
import { type SiftedDraft, sift } from '../../domain/drafts/sift.js';
import { type Creative, DEFAULT_POLICY } from '../../domain/experiment.js';
import { combineEvidence } from '../../domain/patterns/evidence.js';
import type { ApiContext } from '../dependencies.js';
import { draftIdOf } from '../forecasts/read.js';
import { type Knowledge, knowledgeOf } from './knowledge.js';
import { startingPoint } from './starting-point.js';
import { askClaude, type WritingTask, writeOffline } from './write.js';

export interface DraftsAsked {
  brief: Brief;
  /** The test whose winner the drafts start from; unset: the latest winner. */
  experimentId?: string | undefined;
  /** How many drafts can be tested beside the starting point. */
  places: number;
  by: string;
}

/** Drafts that a forecast can compare with their starting point. */
const MOST_FORECAST = 19;
const START = 'start';
/** Real ms for which a repetition of a request waits for Claude's answer to the first. */
export const DRAFTS_WAIT_MS = 70_000;

export type DraftContext = Pick<
  ApiContext,
  'store' | 'clock' | 'forecaster' | 'claude' | 'policyDefaults' | 'brandNames'
>;

/**
 * Writes drafts for a brief, keeps them, and says which are worth a test. The same id twice gives the set that is kept.
 * @throws ApiProblem 404
 */
export async function proposeDrafts(
  context: DraftContext,
  id: string,
  asked: DraftsAsked,
): Promise<DraftSet> {
  const { store, clock } = context;
  const known = await store.getDraftSet(id);
  if (known) return known;
  const { brief, places, by } = asked;
  const [startsFrom, knowledge] = await Promise.all([
    startingPoint(context, asked.experimentId),
    knowledgeOf(context),
  ]);
  const start = startsFrom?.creative ?? null;
  const { kept, leftOut, source, note } = await written(context, { setId: id, brief, start, knowledge });

  const base = start === null ? null : attributesOf(textsOf(start));
  const chosen = chooseFrom(kept, base, knowledge, await forecastOf(context, start, kept), brief.count);
  const forecast = await forecastOf(context, start, chosen);
  const drafts = chosen.map((draft) => described(draft, base, knowledge));
  const madeAt = await clock.now();
  await store.saveDrafts(
    drafts.map(({ id: draftId, creative, patternIds }) => ({ id: draftId, creative, patternIds, madeAt })),
  );
  const set: DraftSet = {
    ...{ id, brief, startsFrom, source, note, drafts, leftOut, forecast, by, madeAt },
    // The choice is greedy, so that its beginning is the best choice of that size.
    worthTesting: drafts.slice(0, start === null ? Math.max(2, places) : places).map((draft) => draft.id),
  };
  await store.saveDraftSet(set);
  return set;
}

/** By Claude, or without it if nothing of what it wrote can be used. */
async function written(context: DraftContext, task: WritingTask) {
  const { start, knowledge, brief } = task;
  const facts = { start, lost: knowledge.lost, brief };
  const answer = await askClaude(context, task);
  const sifted = 'written' in answer ? sift(answer.written, facts) : null;
  if (sifted && sifted.kept.length > 0) return { ...sifted, source: 'claude' as const, note: null };
  const offline = sift(writeOffline(task), facts);
  return {
    kept: offline.kept,
    leftOut: [...(sifted?.leftOut ?? []), ...offline.leftOut],
    source: 'offline' as const,
    note: 'note' in answer ? answer.note : { code: 'nothing_usable' as const },
  };
}

/** The most promising first: what tests of attributes say together with what the preference model forecasts. */
function chooseFrom(
  kept: readonly SiftedDraft[],
  base: Attributes | null,
  { model }: Knowledge,
  forecast: MadeForecast | null,
  count: number,
): SiftedDraft[] {
  const from = base ?? kept[0]?.attributes;
  if (!from) return [];
  const expected = new Map(forecast?.forecast.drafts.map((draft) => [draft.id, draft.expected]));
  const offsets = kept.map((_, i) => (expected.get(placeId(i)) ?? 0) - (expected.get(START) ?? 0));
  const attributes = kept.map((draft) => draft.attributes);
  const places = chooseToTest(model, from, attributes, count, offsets);
  return places.map((place) => kept[place]!);
}

/** Null if fewer than two creatives can be compared. Those that are too many are left out. */
async function forecastOf(
  { forecaster, policyDefaults }: Pick<ApiContext, 'forecaster' | 'policyDefaults'>,
  start: Creative | null,
  drafts: readonly { creative: Creative }[],
): Promise<MadeForecast | null> {
  const compared = [
    ...(start ? [{ id: START, creative: start }] : []),
    ...drafts.slice(0, MOST_FORECAST).map(({ creative }, i) => ({ id: placeId(i), creative })),
  ];
  const objective = policyDefaults?.objective ?? DEFAULT_POLICY.objective;
  return compared.length < 2 ? null : forecaster.forecast(compared, objective);
}

const placeId = (place: number) => `draft-${place + 1}`;

function described(
  { creative, change, alsoChanges, attributes }: SiftedDraft,
  base: Attributes | null,
  { model, patterns }: Knowledge,
): SetDraft {
  const [prospect] = base === null ? [null] : prospectsOf(model, base, [attributes]);
  return {
    id: draftIdOf(creative),
    creative,
    change,
    alsoChanges,
    patternIds: usedPatterns(attributes, base, patterns),
    prospect: prospect ?? null,
    warnings: checkCopy(creative),
  };
}

/**
 * The patterns in whose favour the draft differs from the starting point: it has what helps, or lacks what harms. Without a
 * starting point, those that hold and that it has.
 */
function usedPatterns(
  attributes: Attributes,
  base: Attributes | null,
  patterns: Knowledge['patterns'],
): string[] {
  return [...patterns.entries()].flatMap(([id, pattern]) => {
    const { expected } = combineEvidence(pattern.own, pattern.foreign);
    const [before, after] = [base?.[id], attributes[id]];
    if (!expected || after === null || after === undefined) return [];
    if (base === null) return pattern.state === 'holds' && after * expected.effect > 0 ? [pattern.id] : [];
    if (before === null || before === undefined) return [];
    return (after - before) * expected.effect > 0 ? [pattern.id] : [];
  });
}

/** The brief that the next drafts start with: the latest one. */
export async function nextBrief(
  context: Pick<ApiContext, 'store'>,
): Promise<{ brief: Brief | null; startsFrom: StartingPoint | null }> {
  const [[latest], startsFrom] = await Promise.all([
    context.store.listDraftSets(1),
    startingPoint(context, undefined),
  ]);
  return { brief: latest?.brief ?? null, startsFrom };
}

/** The id of a set: equal for equal requests under one key. */
export function setIdOf(madeId: string): string {
  return `drafts_${textHash(madeId).slice(0, 16)}`;
}
