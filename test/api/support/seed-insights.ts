import { createInsightActivities } from '../../../src/activities/insights/index.js';
import type { SettledExtraction } from '../../../src/contract/insights.js';
import type { Claim } from '../../../src/domain/insights/claim.js';
import type { Api } from './harness.js';

export const KEPT: Claim = {
  kind: 'hook_pattern',
  text: 'The headline asks about a problem that the reader knows',
  side: 'winner',
  field: 'headline',
  quote: 'Cold feet?',
  visible: null,
  attributeId: 'question_mark',
};
export const DROPPED: Claim = { ...KEPT, kind: 'winning_factor', text: 'It is short', attributeId: null };

/** Settles the extraction of a test as if Claude had answered; both questions are on record, unless it was offline. */
export async function seedInsights(
  api: Api,
  experimentId: string,
  changes: Partial<SettledExtraction> = {},
): Promise<void> {
  const { store, clock } = api;
  const at = await clock.now();
  const { extraction } = await store.requestExtraction({ experimentId, key: 'seed', by: 'service', at });
  const { number } = extraction;
  for (const labels of changes.status === 'offline' ? [] : (['as_is', 'exchanged'] as const)) {
    const question = { experimentId, number, labels };
    const paid = { model: 'claude-test', promptVersion: 'insights-1', reserve: 90_000, limit: 1_000_000, at };
    await store.beginCall({ ...question, ...paid });
    await store.settleCall(
      { ...question, attempt: 1 },
      {
        outcome: 'answered',
        httpStatus: null,
        inputTokens: 1_000,
        outputTokens: 100,
        cost: 4_500,
        stopReason: 'end_turn',
        response: '{"claims": []}',
        at,
      },
    );
  }
  await store.settleExtraction({
    experimentId,
    number,
    status: 'extracted',
    reason: { code: 'extracted', kept: 1, dropped: 1 },
    winnerVariantId: 'challenger-1',
    loserVariantId: 'control',
    model: 'claude-test',
    promptVersion: 'insights-1',
    claims: [{ ...KEPT, patternId: 'question_mark', evidence: 'Not established yet.' }],
    dropped: [{ claim: DROPPED, code: 'comes_back', like: 'Short headlines' }],
    metrics: {
      winner_ctr: 0.0345,
      loser_ctr: 0.027,
      winner_impressions: 15_000,
      loser_impressions: 14_800,
      lift: 0.22,
      lift_low: 0.08,
      lift_high: 0.31,
      confidence: 0.97,
    },
    confidence: 0.4,
    visualNotes: { control: 'Two socks' },
    notes: ['The text of the winner has 20000 characters: Claude was given the first 4000.'],
    finishedAt: at,
    ...changes,
  });
}

/** Extracts as the worker does without a key. */
export async function extractOffline({ store, clock }: Api, experimentId: string): Promise<void> {
  const activities = createInsightActivities({ store, clock });
  const number = await activities.dueExtraction(experimentId);
  if (number !== null)
    await activities.finishExtraction(
      experimentId,
      number,
      (await activities.prepareExtraction(experimentId, number)).reason,
    );
}
