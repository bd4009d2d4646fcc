import { ActivityFailure, condition, defineSignal, isCancellation, setHandler } from '@temporalio/workflow';
import { EXTRACT_SIGNAL, type InsightsInput, LABELLINGS, type Labelling } from '../contract/insights.js';
import type { OfflineReason } from '../domain/insights/status.js';
import { enduring, insights, questions } from './proxies.js';

const MINUTE_MS = 60_000;
/** Real ms before Claude is asked again, if it doesn't ask for a longer wait; then the extraction goes on without it. */
const WAITS_MS = [0.5, 2, 10, 30, 120, 360].map((minutes) => minutes * MINUTE_MS);

/**
 * Extracts the insights of a test that has ended, and again whenever someone asks for it; it ends when none is left to do. No
 * experiment waits for it. Its history has ids, counts and codes: no question, no answer and no key.
 */
export async function insightsWorkflow({ experimentId }: InsightsInput): Promise<void> {
  const request = { isNew: false };
  setHandler(defineSignal(EXTRACT_SIGNAL), () => {
    request.isNew = true;
  });
  do {
    request.isNew = false;
    const due = () => enduring(() => insights.dueExtraction(experimentId));
    for (let number = await due(); number !== null; number = await due())
      await extract(experimentId, number, request);
  } while (request.isNew);
}

/** `isNew`: someone has asked for an extraction. */
interface Request {
  isNew: boolean;
}

async function extract(experimentId: string, number: number, request: Request): Promise<void> {
  try {
    const offline = await askBoth(experimentId, number, request);
    await enduring(() =>
      insights.finishExtraction.executeWithOptions(
        { summary: offline === null ? 'what the answers say' : `offline: ${offline.code}` },
        [experimentId, number, offline],
      ),
    );
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    await enduring(() => insights.failExtraction(experimentId, number));
  }
}

/** Both questions, one after the other; returns why Claude's answers can't be used, or null. */
async function askBoth(
  experimentId: string,
  number: number,
  request: Request,
): Promise<OfflineReason | null> {
  const prepared = await enduring(() => insights.prepareExtraction(experimentId, number));
  if (prepared.next === 'finish') return prepared.reason;
  for (const labels of LABELLINGS) {
    const problem = await ask([experimentId, number, labels], request);
    if (problem !== null) return problem;
  }
  return null;
}

async function ask(
  question: [experimentId: string, number: number, labels: Labelling],
  request: Request,
): Promise<OfflineReason | null> {
  for (let tries = 0; ; tries++) {
    const outcome = await enduring(() =>
      questions.askClaude.executeWithOptions({ summary: `labels ${question[2]}` }, [...question, tries]),
    );
    switch (outcome.kind) {
      case 'answered':
        return null;
      case 'spent':
        return { code: 'budget_spent', spent: outcome.spent, limit: outcome.limit };
      case 'failed':
        return { code: 'claude_failed', failure: outcome.failure };
    }
    const { failure, retryAfterMs } = outcome;
    const wait = WAITS_MS[tries];
    if (wait === undefined) return { code: 'gave_up', failure, tries: tries + 1 };
    // Whoever asks for the extraction meanwhile ends the wait, unless it is Claude's.
    request.isNew = false;
    await condition(() => request.isNew && retryAfterMs === null, Math.max(wait, retryAfterMs ?? 0), {
      summary: failure.code,
    });
  }
}
