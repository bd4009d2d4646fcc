import type { SettledExtraction } from '../../../src/contract/insights.js';
import type { Experiment } from '../../../src/domain/experiment.js';
import type { Claim } from '../../../src/domain/insights/claim.js';
import { type Api, HOUR, START } from '../../api/support/harness.js';
import { aDecision, moveTo, seedExperiment } from '../../api/support/seed.js';

export const TEXTS = {
  winner: { headline: 'Cold feet? Never again.', text: 'Wool socks,\nknitted by hand. <b>Warm</b>' },
  loser: { headline: 'Buy socks', text: 'Our socks are warm.' },
};

export const aClaim = (changes: Partial<Claim> = {}): Claim => ({
  kind: 'hook_pattern',
  text: 'It asks about a problem that the reader knows',
  side: 'winner',
  field: 'headline',
  quote: 'Cold feet?',
  visible: null,
  attributeId: 'question_mark',
  ...changes,
});

/** A test that its challenger has won. */
export async function seedEnded(api: Api, id: string, texts = TEXTS): Promise<Experiment> {
  await seedExperiment(api, id, {
    variants: (['loser', 'winner'] as const).map((side, i) => ({
      id: i === 0 ? 'control' : 'challenger-1',
      role: i === 0 ? ('control' as const) : ('challenger' as const),
      adId: `ad_${id}_${i}`,
      adSetId: `set_${id}_${i}`,
      creative: { hook: null, ...texts[side], script: null, visualNotes: null },
    })),
  });
  const at = START + 30 * HOUR;
  await api.store.saveDecision(aDecision(id, 'promote', { decidedAt: at }), {});
  return moveTo(api, id, 'completed', { at, winnerVariantId: 'challenger-1', promotedAt: at });
}

/** Settles an extraction of the test as if Claude had answered; both questions are on record. */
export async function seedExtraction(
  api: Api,
  experimentId: string,
  changes: Partial<SettledExtraction> = {},
): Promise<void> {
  const { store } = api;
  const at = await api.clock.now();
  const {
    extraction: { number },
  } = await store.requestExtraction({ experimentId, key: 'seed', by: 'service', at });
  if (changes.status !== 'offline') {
    for (const labels of ['as_is', 'exchanged'] as const) {
      const question = { experimentId, number, labels };
      const paid = { model: 'claude-test', promptVersion: 'insights-1', reserve: 90_000, limit: 1_000_000 };
      await store.beginCall({ ...question, ...paid, at: Date.now() });
      await store.settleCall(
        { ...question, attempt: 1 },
        {
          ...{ outcome: 'answered', httpStatus: null, inputTokens: 1_000, outputTokens: 100, cost: 4_500 },
          ...{ stopReason: 'end_turn', response: '{"claims": []}', at: Date.now() },
        },
      );
    }
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
    claims: [{ ...aClaim(), patternId: 'question_mark', evidence: 'Not established yet.' }],
    dropped: [
      {
        claim: aClaim({ text: 'It is short', attributeId: null, kind: 'winning_factor' }),
        code: 'comes_back',
        like: 'Short headlines',
      },
    ],
    metrics: null,
    confidence: 0.4,
    visualNotes: { control: 'Two socks' },
    notes: ['The text of the winner has 20000 characters: Claude was given the first 4000.'],
    finishedAt: at,
    ...changes,
  });
}
