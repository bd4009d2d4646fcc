import type { DraftNote, DraftSet, SetDraft, StartingPoint } from '../../contract/drafts.js';
import type { Pattern } from '../../contract/patterns.js';
import { attributeOf } from '../../domain/creative/registry.js';
import type { Brief } from '../../domain/drafts/brief.js';
import { warningSentence } from '../../domain/drafts/check-copy.js';
import { changeSentence, leftOutSentence } from '../../domain/drafts/sift.js';
import type { Creative } from '../../domain/experiment.js';
import { noteSentence } from '../../domain/forecast/notes.js';
import { basisSentence } from '../../domain/forecast/sentences.js';
import { offlineSentence } from '../../domain/insights/sentences.js';
import { combineEvidence } from '../../domain/patterns/evidence.js';
import { evidenceSentence } from '../../domain/patterns/sentences.js';
import { intervalOf, percent } from '../forecasts/to-json.js';
import { isoOf } from '../http/format.js';
import type { DraftSetJson, NextBriefJson } from './responses.js';

/** `patterns`: those that the drafts use, as they are now, by id. */
export function draftSetToJson(set: DraftSet, patterns: ReadonlyMap<string, Pattern>): DraftSetJson {
  const { forecast, worthTesting, startsFrom } = set;
  const first = startsFrom === null ? 0 : 1;
  return {
    set_id: set.id,
    brief: briefToJson(set.brief),
    starts_from: startsFrom && startToJson(startsFrom),
    source: set.source,
    message: set.note === null ? 'Claude wrote these drafts.' : noteMessage(set.note),
    drafts: set.drafts.map((draft, i) => ({
      ...draftToJson(draft, patterns),
      chance_best: forecast?.forecast.drafts[i + first]?.chanceBest ?? null,
      worth_testing: worthTesting.includes(draft.id),
    })),
    worth_testing: worthTesting,
    advice: adviceOf(set),
    left_out: set.leftOut.map(({ creative, reason }) => ({
      headline: creative.headline ?? creative.hook,
      text: creative.text,
      reason: leftOutSentence(reason),
    })),
    evidence_message: forecast && basisSentence(forecast.forecast),
    notes: (forecast?.notes ?? []).map(noteSentence),
    by: set.by,
    made_at: isoOf(set.madeAt),
  };
}

export function nextBriefToJson(next: {
  brief: Brief | null;
  startsFrom: StartingPoint | null;
}): NextBriefJson {
  return {
    brief: next.brief && briefToJson(next.brief),
    starts_from: next.startsFrom && startToJson(next.startsFrom),
  };
}

function draftToJson(
  { id, creative, change, alsoChanges, patternIds, prospect, warnings }: SetDraft,
  patterns: ReadonlyMap<string, Pattern>,
): Omit<DraftSetJson['drafts'][number], 'chance_best' | 'worth_testing'> {
  return {
    draft_id: id,
    creative: copyToJson(creative),
    change: change && { ...change, message: changeSentence(change) },
    also_changes: alsoChanges.map((attribute) => attributeOf(attribute)?.statement ?? attribute),
    patterns: patternIds.map((patternId) => {
      const pattern = patterns.get(patternId);
      return {
        pattern_id: patternId,
        statement: pattern?.statement ?? patternId,
        state: pattern?.state ?? null,
        evidence: pattern ? evidenceSentence(combineEvidence(pattern.own, pattern.foreign)) : '',
      };
    }),
    expected_pct: prospect && percent(prospect.expected),
    interval_pct: prospect && intervalOf(prospect.expected, prospect.sd),
    warnings: warnings.map(warningSentence),
  };
}

function briefToJson({ product, audience, offer, mustSay, mustNotSay, tone, count }: Brief) {
  return { product, audience, offer, must_say: [...mustSay], must_not_say: [...mustNotSay], tone, count };
}

function startToJson({ experimentId, experimentName, variantId, creative }: StartingPoint) {
  return {
    experiment_id: experimentId,
    experiment_name: experimentName,
    variant_id: variantId,
    creative: copyToJson(creative),
  };
}

function copyToJson({ hook, headline, text, script, visualNotes }: Creative) {
  return { hook, headline, text, script, visual_notes: visualNotes };
}

function noteMessage(note: DraftNote): string {
  const why = reasonOf(note);
  return `${why} The service made these drafts by small changes of words, which claim nothing that the brief doesn’t say.`;
}

function reasonOf(note: DraftNote): string {
  switch (note.code) {
    case 'nothing_usable':
      return 'None of the drafts that Claude wrote could be used.';
    case 'answer_lost':
      return 'Claude was asked, but its answer was lost; it is not asked again for this request.';
    default:
      return offlineSentence(note);
  }
}

function adviceOf({ drafts, startsFrom, worthTesting }: DraftSet): string {
  if (drafts.length === 0) return 'There is no draft: nothing that can be changed was left.';
  const tested = `${worthTesting.length} ${worthTesting.length === 1 ? 'draft is' : 'drafts are'} worth a test`;
  return startsFrom === null
    ? `${tested}. Make an ad of each in Meta, and start a test of these ads.`
    : `${tested} beside the ad that they start from. Make an ad of each in Meta, and start a test of these ads and that one.`;
}
