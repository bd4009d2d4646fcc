import { textHash } from '../../clients/encoder/text-hash.js';
import type { DraftSet, SetDraft, StartingPoint } from '../../contract/drafts.js';
import type { MadeForecast } from '../../contract/learning.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import { type Attributes, attributeOf, attributesOf } from '../../domain/creative/registry.js';
import type { Brief } from '../../domain/drafts/brief.js';
import { checkCopy } from '../../domain/drafts/check-copy.js';
import { chooseToTest, prospectsOf } from '../../domain/drafts/choose.js';
import { type SiftedDraft, sift } from '../../domain/drafts/sift.js';
import { type Creative, DEFAULT_POLICY } from '../../domain/experiment.js';
import { scaled } from '../../domain/patterns/attribute-model.js';
import { combineEvidence } from '../../domain/patterns/evidence.js';
import type { PatternState } from '../../domain/patterns/state.js';
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
  const { store, clock, brandNames } = context;
  const known = await store.getDraftSet(id);
  if (known) return known;
  const { brief, places, by } = asked;
  const [startsFrom, knowledge] = await Promise.all([
    startingPoint(context, asked.experimentId),
    knowledgeOf(context),
  ]);
  const start = startsFrom?.creative ?? null;
  const { kept, leftOut, source, note } = await written(context, { setId: id, brief, start, knowledge });

  const base = start === null ? null : attributesOf(textsOf(start, brandNames));
  const chosen = await chooseFrom(context, { kept, start, base, knowledge }, brief.count);
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
  const { brandNames } = context;
  const { start, knowledge, brief } = task;
  const facts = { start, lost: knowledge.lost, brief, ...(brandNames && { brands: brandNames }) };
  const answer = await askClaude(context, task);
  const sifted = 'written' in answer ? sift(answer.written, facts) : null;
  if (sifted && sifted.kept.length > 0) return { ...sifted, source: 'claude' as const, note: null };
  const offline = sift(writeOffline(task, brandNames), facts);
  return {
    kept: offline.kept,
    leftOut: [...(sifted?.leftOut ?? []), ...offline.leftOut],
    source: 'offline' as const,
    note: 'note' in answer ? answer.note : { code: 'nothing_usable' as const },
  };
}

/** Own tests from which on the preference model counts for more than attributes by themselves. */
const EQUAL_TESTS = 50;

interface Choosable {
  kept: readonly SiftedDraft[];
  start: Creative | null;
  base: Attributes | null;
  knowledge: Knowledge;
}

/**
 * The most promising first: by what tests say of attributes, and by the preference model. Both learn from the same tests, so
 * attributes count for less the more the model has learned: with few tests, it hardly knows drafts that differ in a word.
 */
async function chooseFrom(
  context: DraftContext,
  { kept, start, base, knowledge: { model } }: Choosable,
  count: number,
): Promise<SiftedDraft[]> {
  const [first] = kept;
  if (!first) return [];
  const { offsets, tests } = await forecastOffsets(context, start ?? first.creative, kept);
  const share = tests === null ? 1 : EQUAL_TESTS / (EQUAL_TESTS + tests);
  const attributes = kept.map((draft) => draft.attributes);
  const places = chooseToTest(scaled(model, share), base ?? first.attributes, attributes, count, offsets);
  return places.map((place) => kept[place]!);
}

/** Per draft, its forecast log rate over the anchor; 0 if nothing is known. `tests`: learned from; null if nothing is known. */
async function forecastOffsets(
  context: DraftContext,
  anchor: Creative,
  drafts: readonly { creative: Creative }[],
): Promise<{ offsets: number[]; tests: number | null }> {
  const offsets: number[] = [];
  let tests: number | null = null;
  for (let from = 0; from < drafts.length; from += MOST_FORECAST) {
    const some = drafts.slice(from, from + MOST_FORECAST);
    const { forecast } = (await forecastOf(context, anchor, some))!;
    const [own, ...others] = forecast.drafts;
    offsets.push(...others.map(({ expected }) => expected - own!.expected));
    if (forecast.learned.basis !== 'none') tests = forecast.learned.tests;
  }
  return { offsets, tests };
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
 * starting point, those that hold and that it has. Amounts, such as the length, are left out: every draft changes some.
 */
function usedPatterns(
  attributes: Attributes,
  base: Attributes | null,
  patterns: Knowledge['patterns'],
): string[] {
  return [...patterns.entries()].flatMap(([id, pattern]) => {
    if (attributeOf(id)?.kind !== 'present' || !USABLE.includes(pattern.state)) return [];
    const { expected } = combineEvidence(pattern.own, pattern.foreign);
    const [before, after] = [base?.[id], attributes[id]];
    if (!expected || after === null || after === undefined) return [];
    if (base === null) return pattern.state === 'holds' && after * expected.effect > 0 ? [pattern.id] : [];
    if (before === null || before === undefined) return [];
    return (after - before) * expected.effect > 0 ? [pattern.id] : [];
  });
}

/** Nobody would use a pattern that tests contradict, or that has ceased to pass. */
const USABLE: readonly PatternState[] = ['candidate', 'holds'];

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
