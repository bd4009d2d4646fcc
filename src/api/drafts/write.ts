/** Who writes the drafts: Claude if it may and can, otherwise templates and edits. */
import { readDrafts } from '../../clients/claude/drafts-answer.js';
import {
  DRAFTS_PROMPT_VERSION,
  draftsQuestion,
  type PatternForDrafts,
} from '../../clients/claude/drafts-question.js';
import type { DraftNote } from '../../contract/drafts.js';
import type { Brief } from '../../domain/drafts/brief.js';
import { proposalsFrom } from '../../domain/drafts/proposals.js';
import type { WrittenDraft } from '../../domain/drafts/sift.js';
import { completed, templatesOf } from '../../domain/drafts/templates.js';
import type { Creative } from '../../domain/experiment.js';
import { combineEvidence } from '../../domain/patterns/evidence.js';
import { evidenceSentence } from '../../domain/patterns/sentences.js';
import type { ApiContext } from '../dependencies.js';
import type { Knowledge } from './knowledge.js';

/** Headlines of lost ads that Claude reads. */
const LOST_HEADLINES = 20;
/** Patterns that Claude reads, the most certain first. */
const MOST_PATTERNS = 30;

export interface WritingTask {
  setId: string;
  brief: Brief;
  start: Creative | null;
  knowledge: Knowledge;
}

/** What Claude wrote, or why it wrote nothing. It is asked once, and never if that could exceed the month's limit. */
export async function askClaude(
  { store, claude }: Pick<ApiContext, 'store' | 'claude'>,
  { setId, brief, start, knowledge }: WritingTask,
): Promise<{ written: WrittenDraft[] } | { note: DraftNote }> {
  if (!claude) return { note: { code: 'no_key' } };
  const { client, monthlyLimit: limit } = claude;
  if (limit === 0) return { note: { code: 'no_budget' } };
  const question = draftsQuestion({
    brief,
    start,
    patterns: patternsOf(knowledge),
    lost: knowledge.lost.flatMap(({ headline, hook }) => (headline ?? hook) || []).slice(0, LOST_HEADLINES),
  });
  const begun = await store.beginDraftQuestion({
    setId,
    model: client.model,
    promptVersion: DRAFTS_PROMPT_VERSION,
    reserve: client.mostCost(question),
    limit,
    at: Date.now(),
  });
  switch (begun.kind) {
    case 'spent':
      return { note: { code: 'budget_spent', spent: begun.spent, limit } };
    // An earlier request under the same key was interrupted after its question.
    case 'answered':
      return readAnswer(begun.response);
    case 'failed':
      return { note: { code: 'claude_failed', failure: begun.failure } };
    case 'unknown':
      return { note: { code: 'answer_lost' } };
  }
  const reply = await client.ask(question);
  const read = reply.failure === null ? readDrafts(reply.text ?? '') : null;
  const failure = typeof read === 'string' ? { code: read, status: null } : reply.failure;
  await store.settleDraftQuestion({
    setId,
    outcome: failure?.code ?? 'answered',
    httpStatus: failure?.status ?? null,
    inputTokens: reply.inputTokens,
    outputTokens: reply.outputTokens,
    cost: reply.cost,
    response: reply.text,
    at: Date.now(),
  });
  if (failure !== null) return { note: { code: 'claude_failed', failure } };
  return { written: Array.isArray(read) ? read : [] };
}

function readAnswer(response: string | null): { written: WrittenDraft[] } | { note: DraftNote } {
  const read = readDrafts(response ?? '');
  return Array.isArray(read) ? { written: read } : { note: { code: 'answer_lost' } };
}

/** Drafts without Claude: edits of the starting point, or a template of the brief and edits of it. */
export function writeOffline(
  { brief, start, knowledge }: Omit<WritingTask, 'setId'>,
  brands?: readonly string[],
): WrittenDraft[] {
  const [template] = templatesOf(brief);
  const base = start ?? template!;
  const edits = proposalsFrom(base, brief, knowledge.lost, brands).map(({ creative, change }) => ({
    creative: completed(creative, brief),
    claimed: change,
  }));
  return start ? edits : [{ creative: base, claimed: null }, ...edits];
}

/** Own evidence first, then what was learned elsewhere; the most certain first. */
function patternsOf({ patterns }: Knowledge): PatternForDrafts[] {
  const order = { own: 0, own_and_foreign: 1, foreign: 2, none: 3 } as const;
  return [...patterns.entries()]
    .map(([attribute, pattern]) => ({
      attribute,
      pattern,
      evidence: combineEvidence(pattern.own, pattern.foreign),
    }))
    .filter(({ evidence }) => evidence.expected !== null)
    .sort(
      (a, b) =>
        Number(b.pattern.state === 'holds') - Number(a.pattern.state === 'holds') ||
        order[a.evidence.basis] - order[b.evidence.basis] ||
        certainty(b.evidence.expected!) - certainty(a.evidence.expected!),
    )
    .slice(0, MOST_PATTERNS)
    .map(({ attribute, pattern, evidence }) => ({
      attribute,
      statement: pattern.statement,
      evidence: `${pattern.state === 'holds' ? 'It holds here. ' : ''}${evidenceSentence(evidence)}`,
    }));
}

function certainty({ effect, se }: { effect: number; se: number }): number {
  return Math.abs(effect) / se;
}
