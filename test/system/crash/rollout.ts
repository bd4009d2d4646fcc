import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import { ServiceRefused } from '../../../src/tools/demo/api.js';
import type { Evidence } from './check.js';
import type { Service } from './service.js';

/** An instant of a rollout: this many of its writes are on the market's disk, and a little later. */
export interface Instant {
  /** 0: the promotion is requested, nothing is written yet. */
  writes: number;
  /** Real ms after that. */
  delayMs: number;
}

const DAILY_BUDGET = 100_000;
/** A test runs this long, in experiment hours, until its better ad is known to lead. */
const RUN_HOURS = 3;
const POLL_MS = 2;
const TRIES = 5;
const TRY_AGAIN_MS = 500;
/** A generous limit, not a measurement: a busy machine takes ten times as long as an idle one. */
const FIRST_WRITE_MS = 120_000;
const END_MS = 240_000;

const Made = z.object({ adSetIds: z.array(z.string()).length(2), adIds: z.array(z.string()).length(2) });
const Answer = z.object({ state: z.string().nullish() });
const Budgets = z.record(z.string(), z.number());

/** One experiment with a clear winner, ready to be promoted. */
export interface Rollout {
  id: string;
  adSetIds: string[];
  /** Promotion requests that were refused for a temporary reason. */
  refused: number;
}

/** The control and the challenger; a rate is link clicks per impression. */
type TwoAds = readonly [Ad, Ad];
interface Ad {
  trueClickRate: number;
  creative?: { title: string; body: string; callToAction: string };
}
const TWO_ADS: TwoAds = [{ trueClickRate: 0.02 }, { trueClickRate: 0.04 }];

/** Creates the ads and the experiment, and waits until its winner leads. */
export async function beginRollout(
  service: Service,
  id: string,
  timeScale: number,
  ads: TwoAds = TWO_ADS,
): Promise<Rollout> {
  const { adSetIds, adIds } = Made.parse(
    await market(service, 'tests', {
      name: id,
      ads: ads.map((ad, index) => ({
        ...ad,
        name: `${id} ${index}`,
        dailyBudget: DAILY_BUDGET,
      })),
    }),
  );
  const body = {
    id,
    name: id,
    variants: adIds.map((ad_id, index) => ({ role: index === 0 ? 'control' : 'challenger', ad_id })),
  };
  for (let tries = 1; ; tries++) {
    try {
      await service.api.create(body);
      break;
    } catch (error) {
      // On a busy machine a call to the market may take longer than its limit of a second.
      if (!(error instanceof ServiceRefused) || tries === TRIES) throw error;
      await delay(TRY_AGAIN_MS);
    }
  }
  await delay((RUN_HOURS * HOUR_MS) / timeScale);
  return { id, adSetIds, refused: 0 };
}

/**
 * Requests the promotion by force until it is under way. An unanswered request is repeated as the same control. A request
 * that was refused, e.g. because fresh data didn't come in time on a busy machine, is repeated as a new control.
 */
export async function askForPromotion(service: Service, rollout: Rollout): Promise<void> {
  const { id } = rollout;
  for (let tries = 1; tries <= TRIES; tries++) {
    const response = await fetch(`${service.apiUrl}/api/ab/experiments/${id}/promote`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `promote-${id}-${rollout.refused}` },
      body: JSON.stringify({ by: 'the crash test', reason: 'its rollout is going to be interrupted' }),
    });
    const { state } = Answer.parse(await response.json());
    if (response.ok || (response.status === 409 && state !== 'running')) return;
    if (response.status === 409) rollout.refused++;
    await delay(TRY_AGAIN_MS);
  }
}

/** Waits for an instant of the rollout by the market's file: a row is there before the write is answered. */
export async function reach(directory: string, { adSetIds }: Rollout, instant: Instant): Promise<void> {
  const file = path.join(directory, 'market/market.jsonl');
  const giveUpAt = Date.now() + FIRST_WRITE_MS;
  const from = existsSync(file) ? countWrites(readFileSync(file, 'utf8'), adSetIds) : 0;
  if (from > 0) throw new Error(`The rollout of ad set ${adSetIds[0]} has begun too early.`);
  while (instant.writes > 0 && countWrites(readFileSync(file, 'utf8'), adSetIds) < instant.writes) {
    if (Date.now() > giveUpAt) throw new Error(`Write ${instant.writes} of the rollout did not come.`);
    await delay(POLL_MS);
  }
  await delay(instant.delayMs);
}

function countWrites(journal: string, adSetIds: readonly string[]): number {
  return journal
    .split('\n')
    .filter((line) => line.includes('"audit":{') && adSetIds.some((id) => line.includes(`"${id}"`))).length;
}

/** Waits until the rollout has ended in any state, or the time is up. */
export async function awaitEnd(service: Service, { id }: Rollout): Promise<void> {
  const giveUpAt = Date.now() + END_MS;
  for (;;) {
    try {
      const { state } = await service.api.one(id);
      if (!['running', 'rolling_out', 'held'].includes(state)) return;
    } catch (error) {
      if (!(error instanceof ServiceRefused)) throw error;
    }
    if (Date.now() > giveUpAt) return;
    await delay(100);
  }
}

/** Both sides' books on one rollout. */
export async function gatherEvidence(service: Service, { id, adSetIds }: Rollout): Promise<Evidence> {
  const [{ state, winner_variant_id, variants }, ledger, audit, budgets] = await Promise.all([
    service.api.one(id),
    service.api.ledger(id),
    market(service, 'audit') as Promise<AuditRow[]>,
    market(service, `budgets?ids=${adSetIds.join(',')}`),
  ]);
  const winner = variants.find((variant) => variant.id === winner_variant_id);
  return {
    state,
    winnerAdSetId: winner?.ad_set_id ?? adSetIds[1]!,
    base: Object.fromEntries(adSetIds.map((adSetId) => [adSetId, DAILY_BUDGET])),
    budgets: Budgets.parse(budgets),
    ledger,
    audit: audit.filter((row) => adSetIds.includes(row.adSetId)),
  };
}

async function market(service: Service, what: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${service.marketUrl}/__market/${what}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`The market refused ${what}: ${JSON.stringify(answer)}`);
  return answer;
}
