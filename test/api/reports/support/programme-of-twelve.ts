/** A programme of 12 tests with every outcome, small enough to work out its report by hand. */

import type { KeptClaim, SettledExtraction } from '../../../../src/contract/insights.js';
import type { DroppedClaim } from '../../../../src/domain/insights/swap.js';
import { reportMessage } from '../../../../src/domain/messages/account-messages.js';
import { aFit, aFittedPattern } from '../../../clients/postgres/pattern-fixtures.js';
import { type Api, HOUR, START } from '../../support/harness.js';
import {
  aDecision,
  moveTo,
  pairOfChallenger,
  seedExperiment,
  seedPromoted,
  seedVerification,
  seedWrite,
} from '../../support/seed.js';

const DAY = 24 * HOUR;
/** Standard error of every decision and every verification. */
export const SE = 0.05;
/** All promotions: the last phase comes 2 h after the first; then 24 h are left out and 7 days are measured. */
const WINDOW_HOURS = 2 + 24 + 7 * 24;

interface Promoted {
  id: string;
  /** The winner over the other ad, as a ratio of rates. */
  decided: number;
  /** Hours from the start to the first budget change. */
  hours: number;
  confidence: number;
  verified?: { ratio: number; outcome: 'verified' | 'not_verified' | 'reverted' };
  winner?: 'control';
  forced?: boolean;
  state: 'completed' | 'reverted' | 'verifying';
}

/** Test 11 was stopped and tests 8 to 10 have no winner. Each test starts a day after the one before it. */
export const PROMOTED: Record<number, Promoted> = {
  1: {
    ...{ id: 'sun', decided: 1.2, hours: 24, confidence: 0.99, state: 'completed' },
    verified: { ratio: 1.15, outcome: 'verified' },
  },
  2: {
    ...{ id: 'rain', decided: 1.1, hours: 48, confidence: 0.96, state: 'completed' },
    verified: { ratio: 1.12, outcome: 'verified' },
  },
  3: {
    ...{ id: 'wind', decided: 1.25, hours: 36, confidence: 0.98, state: 'completed' },
    verified: { ratio: 1.02, outcome: 'not_verified' },
  },
  4: {
    ...{ id: 'snow', decided: 1.3, hours: 30, confidence: 0.97, state: 'reverted' },
    verified: { ratio: 0.8, outcome: 'reverted' },
  },
  5: { id: 'fog', decided: 1.15, hours: 60, confidence: 0.95, state: 'verifying' },
  6: {
    ...{ id: 'hail', decided: 1.1, hours: 72, confidence: 0.97, state: 'completed', winner: 'control' },
    verified: { ratio: 1.1, outcome: 'verified' },
  },
  7: {
    ...{ id: 'frost', decided: 1.05, hours: 12, confidence: 0.6, state: 'completed', forced: true },
    verified: { ratio: 1.08, outcome: 'verified' },
  },
  12: { id: 'cloud', decided: 1.4, hours: 90, confidence: 0.99, state: 'reverted' },
};
export const NO_WINNER = {
  8: { id: 'mist', theta: 0.02 },
  9: { id: 'dew', theta: -0.03 },
  10: { id: 'heat', theta: 0.01 },
};
const STOPPED = { 11: 'storm' };

const startOf = (number: number | string) => START + (Number(number) - 1) * DAY;

/** What each ad of a verified test did per hour after its promotion; amounts are cents. */
const HOURLY: Record<string, { winner: Figures; loser: Figures }> = {
  // The winner's impressions cost more.
  sun: {
    winner: { impressions: 760, linkClicks: 23, spend: 400, conversions: 2 },
    loser: { impressions: 200, linkClicks: 5, spend: 100, conversions: 1 },
  },
  rain: {
    winner: { impressions: 900, linkClicks: 30, spend: 900, conversions: 5 },
    loser: { impressions: 300, linkClicks: 8, spend: 300, conversions: 1 },
  },
  hail: {
    winner: { impressions: 800, linkClicks: 24, spend: 400, conversions: 2 },
    loser: { impressions: 200, linkClicks: 5, spend: 100, conversions: 1 },
  },
  frost: {
    winner: { impressions: 800, linkClicks: 24, spend: 400, conversions: 2 },
    loser: { impressions: 200, linkClicks: 5, spend: 100, conversions: 1 },
  },
};
interface Figures {
  impressions: number;
  linkClicks: number;
  spend: number;
  conversions: number;
}

export async function seedProgramme(api: Api): Promise<void> {
  api.clock.at = START + 60 * DAY;
  await seedLibrary(api);
  for (const [number, test] of Object.entries(PROMOTED)) await seedOne(api, startOf(number), test);
  for (const [number, { id, theta }] of Object.entries(NO_WINNER)) {
    await seedExperiment(api, id, {
      ...{ startedAt: startOf(number), stateChangedAt: startOf(number) },
      ...(id === 'mist' ? { draftId: 'asks' } : {}),
    });
    await api.store.saveDecision(aDecision(id, 'no_winner', { pairs: [pairOfChallenger(theta, SE)] }), {});
    await moveTo(api, id, 'no_winner', { at: startOf(number) + 28 * DAY });
  }
  for (const [number, id] of Object.entries(STOPPED)) {
    await seedExperiment(api, id, { startedAt: startOf(number), stateChangedAt: startOf(number) });
    for (const lookNumber of [1, 2])
      await api.store.saveDecision(aDecision(id, 'continue_testing', { lookNumber }), {});
    await moveTo(api, id, 'stopped', { at: startOf(number) + 2 * DAY });
  }
  // Meta refused it, so nothing was moved.
  await seedWrite(api, 'cloud', 'set_cloud_control', 'revert', 2_000, 5_000, 'refused', START + 40 * DAY);
  await api.store.settlePatternUses();
  await seedInsights(api);
  for (const day of ['2026-12-01', '2026-12-02']) await seedReport(api, day);
}

async function seedOne(api: Api, startedAt: number, test: Promoted): Promise<void> {
  const { id, decided, hours, confidence, verified, winner, forced, state } = test;
  const at = startedAt + hours * HOUR;
  await seedPromoted(api, id, {
    ...{ theta: Math.log(decided), se: SE, startedAt, at, confidence },
    ...(winner && { winner }),
    ...(forced && { forced }),
    ...(id === 'rain' ? { objective: 'cost_per_conversion' as const } : {}),
    ...(id === 'sun' ? { draftId: 'asks_now' } : {}),
    state,
    status: state === 'reverted' ? 'reverted' : 'completed',
  });
  if (!verified) return;
  const due = at + WINDOW_HOURS * HOUR + (id === 'rain' ? 7 * DAY : 0);
  await seedDelivery(api, id, startedAt, at);
  await seedVerification(api, id, verified.outcome, {
    ...{ theta: Math.log(verified.ratio), se: SE, decidedAt: due },
    ...(winner ? { winner: 'control', rival: 'challenger-1' } : {}),
  });
}

/** Hours before the promotion, in the window, and after it; and later restatements. Only those in the window count. */
async function seedDelivery(api: Api, id: string, startedAt: number, at: number): Promise<void> {
  const figures = HOURLY[id];
  if (!figures) return;
  const winnerId = PROMOTED[6]!.id === id ? 'control' : 'challenger-1';
  const loserId = winnerId === 'control' ? 'challenger-1' : 'control';
  const hourly = (since: number, hours: number, times: number) =>
    [[winnerId, figures.winner] as const, [loserId, figures.loser] as const].flatMap(([variantId, row]) =>
      Array.from({ length: hours }, (_, hour) => ({
        variantId,
        adId: `ad_${id}_${variantId}`,
        granularity: 'hour' as const,
        bucketStart: since + hour * HOUR,
        bucketEnd: since + (hour + 1) * HOUR,
        impressions: row.impressions * times,
        clicks: row.linkClicks * times,
        linkClicks: row.linkClicks * times,
        spend: row.spend * times,
        conversions: row.conversions * times,
        revenue: 0,
      })),
    );
  const end = at + WINDOW_HOURS * HOUR;
  await api.store.appendObservations(id, hourly(startedAt, (at - startedAt) / HOUR, 3), at);
  // First known too high, then corrected before the verification's outcome.
  await api.store.appendObservations(id, hourly(at, 10, 2), at + DAY);
  await api.store.appendObservations(id, hourly(at, WINDOW_HOURS, 1), end);
  await api.store.appendObservations(id, hourly(end, 20, 1), end + DAY);
  // Restated when the outcome had long been on record.
  await api.store.appendObservations(id, hourly(at, 50, 5), end + 20 * DAY);
}

/** 5 patterns. Of 3 uses in decided tests 2 won: both patterns of the draft of test 1; test 8 has no winner. */
async function seedLibrary(api: Api): Promise<void> {
  const pattern = (
    id: string,
    state: 'holds' | 'candidate' | 'contradicted' | 'retired',
    result: 'replicated' | 'contradicted' | 'open',
    statedSign: 1 | -1 | null = 1,
  ) =>
    aFittedPattern({
      ...{ id, state, statedSign, statement: `About ${id}.`, later: { result, effect: null } },
      statedAt: statedSign === null ? null : START,
    });
  await api.store.savePatternFit(
    aFit([
      pattern('question', 'holds', 'replicated'),
      pattern('urgency', 'holds', 'open'),
      pattern('price', 'contradicted', 'contradicted'),
      pattern('emoji', 'retired', 'open'),
      // Nobody has stated it, so nothing can replicate it.
      pattern('length', 'candidate', 'open', null),
    ]),
  );
  const creative = { hook: null, headline: 'Cold?', text: null, script: null, visualNotes: null };
  await api.store.saveDrafts([
    { id: 'asks_now', creative, patternIds: ['question', 'urgency'], madeAt: START },
    { id: 'asks', creative, patternIds: ['question'], madeAt: START },
  ]);
}

/** Micros of a US dollar. */
export const CALLS_THIS_MONTH = [12_345, 20_000];

/** Two tests by Claude, one offline, one failed, one pending, one without a winner. The latest extraction of a test counts. */
async function seedInsights(api: Api): Promise<void> {
  await settle(api, 'sun', 'offline', 4, 0);
  await settle(api, 'sun', 'extracted', 3, 2);
  await settle(api, 'rain', 'extracted', 1, 3);
  await settle(api, 'wind', 'offline', 2, 0);
  await settle(api, 'hail', 'failed', 0, 0);
  await settle(api, 'mist', 'not_applicable', 0, 0);
  await api.store.requestExtraction({ experimentId: 'fog', key: 'end', by: 'service', at: START });
  const calls = [...CALLS_THIS_MONTH.map((cost) => ({ cost, ago: 0 })), { cost: 99_999, ago: 40 * DAY }];
  for (const [place, { cost, ago }] of calls.entries()) {
    const question = { experimentId: 'fog', number: 1, labels: place === 1 ? 'exchanged' : 'as_is' } as const;
    const begun = await api.store.beginCall({
      ...question,
      ...{ model: 'claude', promptVersion: 'p1', reserve: 50_000, limit: 10_000_000, at: Date.now() - ago },
    });
    if (begun.kind !== 'begun') throw new Error(`the call was ${begun.kind}`);
    await api.store.settleCall(
      { ...question, attempt: begun.attempt },
      {
        ...{ outcome: 'timed_out', httpStatus: null, inputTokens: 1, outputTokens: 1, cost },
        ...{ stopReason: null, response: null, at: Date.now() - ago },
      },
    );
  }
}

async function settle(
  api: Api,
  experimentId: string,
  status: SettledExtraction['status'],
  kept: number,
  dropped: number,
): Promise<void> {
  const key = `${status} ${kept}`;
  const { extraction } = await api.store.requestExtraction({ experimentId, key, by: 'service', at: START });
  const claim: KeptClaim = {
    ...{ kind: 'winning_factor', text: 'It asks.', side: 'winner', field: 'headline', quote: 'Cold?' },
    ...{ visible: null, attributeId: null, patternId: null, evidence: null },
  };
  const withdrawn: DroppedClaim = { claim, code: 'comes_back', like: 'It asks.' };
  await api.store.settleExtraction({
    ...{ experimentId, number: extraction.number, status, reason: { code: 'fault' } },
    ...{ winnerVariantId: null, loserVariantId: null, model: null, promptVersion: null, metrics: null },
    ...{ confidence: null, visualNotes: {}, notes: [], finishedAt: START },
    claims: Array.from({ length: kept }, () => claim),
    dropped: Array.from({ length: dropped }, () => withdrawn),
  });
}

async function seedReport(api: Api, day: string): Promise<void> {
  const report = {
    ...{
      id: `daily-${day}`,
      kind: 'daily' as const,
      madeAt: Date.parse(`${day}T09:00:00Z`),
      timezone: 'UTC',
    },
    ...{ firstDay: day, lastDay: day, text: 'Nothing happened.' },
    content: { currency: 'USD', promotions: [], running: 0, waiting: [], compound: null },
  };
  await api.store.saveReport(report, { message: reportMessage({ ...report, at: report.madeAt }), hooks: [] });
}
