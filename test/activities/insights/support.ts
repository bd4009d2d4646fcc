import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type pg from 'pg';
import { createInsightActivities } from '../../../src/activities/insights/index.js';
import type { RanCreatives } from '../../../src/activities/insights/material.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import { type AskOutcome, type Extraction, LABELLINGS } from '../../../src/contract/insights.js';
import type { Creative, Experiment } from '../../../src/domain/experiment.js';
import { insightSentence } from '../../../src/domain/insights/sentences.js';
import type { OfflineReason } from '../../../src/domain/insights/status.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { anotherExperiment, aPromotion, START } from '../../clients/postgres/fixtures.js';

export const LIMIT = 10_000_000;
/** Real time of the questions. */
export const SENT_AT = Date.UTC(2026, 10, 20, 12);
export const ENDED_AT = START + 400 * HOUR_MS;

export const creative = (changes: Partial<Creative> = {}): Creative => ({
  ...{ hook: null, headline: null, text: null, script: null, visualNotes: null },
  ...changes,
});

/** The winner asks a question and offers something free; the loser does neither. */
export const WINNER = creative({
  headline: 'Cold feet at night?',
  text: 'Our wool socks keep you warm. Get a free pair today.',
});
export const LOSER = creative({
  headline: 'Wool socks for winter nights',
  text: 'Our wool socks keep you warm. Made from soft wool.',
});

type Deps = Parameters<typeof createInsightActivities>[0];

let number = 0;

/** A test that ended as `state` says; its challenger was promoted. */
export async function endedTest(
  store: Store,
  accountId: string,
  {
    id = 'socks',
    state = 'completed' as Experiment['state'],
    winner = WINNER,
    loser = LOSER,
    reason = { code: 'verification', detail: 'The lift holds.' } as Experiment['reason'],
    promoted = true,
  } = {},
): Promise<Experiment> {
  number += 1;
  const seed = anotherExperiment(id, number, { accountId, name: `Test ${id}` });
  const [control, challenger] = seed.variants;
  await store.createExperiment({
    ...seed,
    variants: [
      { ...control!, creative: loser },
      { ...challenger!, creative: winner },
    ],
  });
  const promotedAt = START + 100 * HOUR_MS;
  if (promoted) await store.openPromotion(aPromotion({ experimentId: id, lookNumber: 5 }));
  const { experiment } = await store.transition({
    experimentId: id,
    from: 'running',
    to: state,
    reason,
    at: ENDED_AT,
    ...(promoted && { winnerVariantId: 'challenger-1', promotedAt }),
  });
  return experiment;
}

export interface Extracted {
  extraction: Extraction;
  outcomes: AskOutcome[];
  /** The sentence that users read. */
  sentence: string;
}

/** The activities, run as the workflow runs them; questions that may be asked again are asked `tries` times. */
export function extractor(deps: Omit<Deps, 'clock'> & Partial<Deps>) {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const activities = createInsightActivities({
    clock: { now: async () => ENDED_AT + HOUR_MS, scale: 1 },
    now: () => SENT_AT,
    ...deps,
  });
  const { store } = deps;
  const ask = (...asked: Parameters<typeof activities.askClaude>) =>
    environment.run(activities.askClaude, ...asked) as Promise<AskOutcome>;
  return {
    activities,
    ask,
    async extract(experimentId = 'socks', { tries = 1 } = {}): Promise<Extracted> {
      const number = await activities.dueExtraction(experimentId);
      if (number === null) throw new Error('there is no extraction to do');
      const prepared = await activities.prepareExtraction(experimentId, number);
      let reason: OfflineReason | null = prepared.reason;
      const outcomes: AskOutcome[] = [];
      for (const labels of prepared.next === 'ask' ? LABELLINGS : []) {
        for (let tried = 0; tried < tries && reason === null; tried++) {
          const outcome = await ask(experimentId, number, labels, tried);
          outcomes.push(outcome);
          if (outcome.kind === 'answered') break;
          if (outcome.kind === 'failed') reason = { code: 'claude_failed', failure: outcome.failure };
          if (outcome.kind === 'spent')
            reason = { code: 'budget_spent', spent: outcome.spent, limit: outcome.limit };
          if (outcome.kind === 'wait' && tried + 1 === tries)
            reason = { code: 'gave_up', failure: outcome.failure, tries };
        }
      }
      await activities.finishExtraction(experimentId, number, reason);
      const extraction = (await store.getExtraction(experimentId, number))!;
      return { extraction, outcomes, sentence: insightSentence(extraction.reason) };
    },
  };
}

/** Creatives as they ran: both have this picture. */
export function withPictures(bytes: Uint8Array, type = 'image/png' as const): RanCreatives {
  const ran = (readAt: number) => ({
    form: 'fields' as const,
    ...{ title: null, body: null, description: null, callToAction: null, link: null },
    picture: { kind: 'image' as const, hash: 'a'.repeat(64), problem: null },
    readAt,
  });
  return {
    ranCreatives: async () =>
      new Map([
        ['control', ran(START)],
        ['challenger-1', ran(START)],
      ]),
    picture: async () => ({ type, bytes }),
  };
}

/** A picture of one pixel, with a text in its file. */
export function pngWith(text: string): Uint8Array {
  const dot = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  );
  return new Uint8Array(Buffer.concat([dot, Buffer.from(`tEXt${text}`, 'latin1')]));
}

/** Every row that an account has, as JSON by table; `leave`: tables that are left out. */
export async function everyRow(
  pool: pg.Pool,
  accountId: string,
  leave: readonly string[] = [],
): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ table_name: string }>(
    `select table_name from information_schema.columns
      where table_schema = 'auto_promotion' and column_name = 'account_id' order by table_name`,
  );
  const found: Record<string, string> = {};
  for (const { table_name: table } of rows) {
    if (leave.includes(table)) continue;
    const { rows: all } = await pool.query<{ row: string }>(
      `select to_jsonb(${table})::text as row from auto_promotion.${table} where account_id = $1 order by 1`,
      [accountId],
    );
    found[table] = all.map(({ row }) => row).join('\n');
  }
  return found;
}
