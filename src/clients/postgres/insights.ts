import type { ClaudeCall, Extraction, Labelling, SettledExtraction } from '../../contract/insights.js';
import type { MessageEntry } from '../../contract/messaging.js';
import { type ClaudeFailure, PERMANENT_FAILURES } from '../../domain/insights/status.js';
import { lockSpending, SPENT_IN_MONTH } from './claude-spending.js';
import { withMessage } from './enter-message.js';
import { type Database, instant, jsonb, jsonbOrNull, run, transaction } from './query.js';

/** Which question. */
export interface Question {
  experimentId: string;
  number: number;
  labels: Labelling;
}

/** What is entered before a question is sent. Amounts are millionths of a US dollar, `at` is real time, epoch ms. */
export interface CallIntent extends Question {
  model: string;
  promptVersion: string;
  reserve: number;
  /** All calls of the month may cost this much. */
  limit: number;
  at: number;
}

export type BegunCall =
  | { kind: 'begun'; attempt: number }
  /** It is answered already. */
  | { kind: 'answered' }
  /** It was answered in a way that another try wouldn't change. */
  | { kind: 'failed'; failure: ClaudeFailure }
  | { kind: 'spent'; spent: number };

export interface InsightStore {
  /**
   * Enters an extraction, once per key. If another one is pending, that one is returned.
   * @throws the driver's error if the experiment doesn't exist
   */
  requestExtraction(request: {
    experimentId: string;
    key: string;
    by: string;
    at: number;
  }): Promise<{ extraction: Extraction; isNew: boolean }>;
  pendingExtraction(experimentId: string): Promise<Extraction | null>;
  getExtraction(experimentId: string, number: number): Promise<Extraction | null>;
  latestExtraction(experimentId: string): Promise<Extraction | null>;
  /** Newest first. */
  listExtractions(experimentId: string): Promise<Extraction[]>;
  /** Why it waits. Of a settled one nothing changes. */
  noteExtraction(experimentId: string, number: number, reason: Extraction['reason']): Promise<void>;
  /** Ends it, with the message in the same transaction. A settled one is returned as it is, and no message is entered. */
  settleExtraction(settled: SettledExtraction, entry?: MessageEntry | null): Promise<Extraction>;
  /** Tests whose extraction is pending, and ended tests with a winner that have none; the earliest ended first. */
  toExtract(limit: number): Promise<string[]>;
  /** By experiment id and variant id: what Claude saw in the pictures, of each test's latest answer. */
  visualNotes(): Promise<Map<string, Record<string, string>>>;

  /** Enters a question that is about to be sent, unless it is answered or could exceed the limit of its month (UTC). */
  beginCall(intent: CallIntent): Promise<BegunCall>;
  /** Enters what it led to; once. */
  settleCall(
    question: Question & Pick<ClaudeCall, 'attempt'>,
    settled: Pick<
      ClaudeCall,
      'outcome' | 'httpStatus' | 'inputTokens' | 'outputTokens' | 'cost' | 'stopReason' | 'response'
    > & { at: number },
  ): Promise<void>;
  /** In the order in which they were sent. */
  listCalls(experimentId: string, number: number): Promise<ClaudeCall[]>;
  /** What the calls of the month (UTC) around an instant of real time cost, or may cost at most. */
  spentInMonth(at: number): Promise<number>;
}

interface ExtractionRow {
  experiment_id: string;
  number: number;
  requested_by: string;
  requested_at: number;
  status: Extraction['status'];
  reason: Extraction['reason'];
  winner_variant_id: string | null;
  loser_variant_id: string | null;
  model: string | null;
  prompt_version: string | null;
  claims: Extraction['claims'];
  dropped: Extraction['dropped'];
  metrics: Extraction['metrics'];
  confidence: number | null;
  visual_notes: Record<string, string>;
  notes: string[];
  finished_at: number | null;
}

function toExtraction(row: ExtractionRow): Extraction {
  return {
    experimentId: row.experiment_id,
    number: row.number,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    status: row.status,
    reason: row.reason,
    winnerVariantId: row.winner_variant_id,
    loserVariantId: row.loser_variant_id,
    model: row.model,
    promptVersion: row.prompt_version,
    claims: row.claims,
    dropped: row.dropped,
    metrics: row.metrics,
    confidence: row.confidence,
    visualNotes: row.visual_notes,
    notes: row.notes,
    finishedAt: row.finished_at,
  };
}

interface CallRow {
  labels: Labelling;
  attempt: number;
  model: string;
  prompt_version: string;
  sent_at: number;
  reserved_micros: number;
  outcome: ClaudeCall['outcome'];
  http_status: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_micros: number | null;
  stop_reason: string | null;
  response: string | null;
}

/** Extractions of insights and the questions to Claude that they sent. */
export function insightStore(database: Database): InsightStore {
  const { pool, scope } = database;
  const mine = [scope.environment, scope.accountId];
  const THESE = '(environment, account_id, experiment_id) = ($1, $2, $3)';

  async function extractions(condition: string, values: unknown[]): Promise<Extraction[]> {
    const rows = await run<ExtractionRow>(
      pool,
      `select * from auto_promotion.insight_extractions where ${THESE} and ${condition} order by number desc`,
      [...mine, ...values],
    );
    return rows.map(toExtraction);
  }

  async function getExtraction(experimentId: string, number: number): Promise<Extraction | null> {
    const [found] = await extractions('number = $4', [experimentId, number]);
    return found ?? null;
  }

  return {
    async requestExtraction({ experimentId, key, by, at }) {
      const isNew = await transaction(pool, async (ask) => {
        // Two requests at the same time would take the same number.
        await ask('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
          `insights/${mine.join('/')}/${experimentId}`,
        ]);
        const entered = await ask(
          `insert into auto_promotion.insight_extractions
              (environment, account_id, experiment_id, number, request_key, requested_by, requested_at, status, reason)
            select $1, $2, $3,
              (select coalesce(max(number), 0) + 1 from auto_promotion.insight_extractions where ${THESE}),
              $4, $5, $6, 'pending', '{"code": "queued"}'
            where not exists (select from auto_promotion.insight_extractions
              where ${THESE} and (status = 'pending' or request_key = $4))
            returning 1`,
          [...mine, experimentId, key, by, instant(at)],
        );
        return entered.length > 0;
      });
      const [extraction] = await extractions(`(status = 'pending' or request_key = $4)`, [experimentId, key]);
      if (!extraction) throw new Error(`the extraction of ${experimentId} was neither entered nor found`);
      return { extraction, isNew };
    },

    async pendingExtraction(experimentId) {
      const [found] = await extractions(`status = 'pending'`, [experimentId]);
      return found ?? null;
    },

    getExtraction,

    async latestExtraction(experimentId) {
      const [found] = await extractions('true', [experimentId]);
      return found ?? null;
    },

    listExtractions: (experimentId) => extractions('true', [experimentId]),

    async noteExtraction(experimentId, number, reason) {
      await run(
        pool,
        `update auto_promotion.insight_extractions set reason = $5 where ${THESE} and number = $4 and status = 'pending'`,
        [...mine, experimentId, number, jsonb(reason)],
      );
    },

    async settleExtraction(settled, entry) {
      const { experimentId, number } = settled;
      await withMessage(database, entry, (ask) =>
        ask(
          `update auto_promotion.insight_extractions
            set status = $5, reason = $6, winner_variant_id = $7, loser_variant_id = $8, model = $9, prompt_version = $10,
              claims = $11, dropped = $12, metrics = $13, confidence = $14, visual_notes = $15, notes = $16, finished_at = $17
            where ${THESE} and number = $4 and status = 'pending' returning 1`,
          [
            ...mine,
            experimentId,
            number,
            settled.status,
            jsonb(settled.reason),
            settled.winnerVariantId,
            settled.loserVariantId,
            settled.model,
            settled.promptVersion,
            jsonb(settled.claims),
            jsonb(settled.dropped),
            jsonbOrNull(settled.metrics),
            settled.confidence,
            jsonb(settled.visualNotes),
            jsonb(settled.notes),
            instant(settled.finishedAt),
          ],
        ),
      );
      const stored = await getExtraction(experimentId, number);
      if (!stored) throw new Error(`the extraction ${number} of ${experimentId} is gone`);
      return stored;
    },

    async toExtract(limit) {
      const rows = await run<{ experiment_id: string }>(
        pool,
        `select t.experiment_id from auto_promotion.ab_tests t
          where (t.environment, t.account_id) = ($1, $2) and t.ended_at is not null and (
            exists (select from auto_promotion.insight_extractions i
              where (i.environment, i.account_id, i.experiment_id) = (t.environment, t.account_id, t.experiment_id)
                and i.status = 'pending')
            or t.winner_variant_id is not null and not exists (select from auto_promotion.insight_extractions i
              where (i.environment, i.account_id, i.experiment_id) = (t.environment, t.account_id, t.experiment_id)))
          order by t.ended_at, t.experiment_id collate "C" limit $3`,
        [...mine, limit],
      );
      return rows.map(({ experiment_id }) => experiment_id);
    },

    async visualNotes() {
      const rows = await run<{ experiment_id: string; visual_notes: Record<string, string> }>(
        pool,
        `select distinct on (experiment_id) experiment_id, visual_notes from auto_promotion.insight_extractions
          where (environment, account_id) = ($1, $2) and status = 'extracted'
          order by experiment_id, number desc`,
        mine,
      );
      return new Map(rows.map(({ experiment_id, visual_notes }) => [experiment_id, visual_notes]));
    },

    async beginCall({ experimentId, number, labels, model, promptVersion, reserve, limit, at }) {
      return transaction(pool, async (ask): Promise<BegunCall> => {
        await lockSpending(ask, scope);
        const question = [...mine, experimentId, number, labels];
        const [before] = await ask<{ answered: boolean | null; attempts: number }>(
          `select bool_or(outcome = 'answered') as answered, count(*)::int as attempts
            from auto_promotion.claude_calls where ${THESE} and (number, labels) = ($4, $5)`,
          question,
        );
        if (before?.answered) return { kind: 'answered' };
        const [failed] = await ask<{ outcome: ClaudeFailure['code']; http_status: number | null }>(
          `select outcome, http_status from auto_promotion.claude_calls
            where ${THESE} and (number, labels) = ($4, $5) and outcome = any($6) limit 1`,
          [...question, PERMANENT_FAILURES],
        );
        if (failed) return { kind: 'failed', failure: { code: failed.outcome, status: failed.http_status } };
        const [month] = await ask<{ spent: number }>(SPENT_IN_MONTH, [...mine, instant(at)]);
        const spent = Number(month!.spent);
        if (spent + reserve > limit) return { kind: 'spent', spent };
        const attempt = before!.attempts + 1;
        await ask(
          `insert into auto_promotion.claude_calls (environment, account_id, experiment_id, number, labels, attempt, model,
              prompt_version, sent_at, reserved_micros)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
          [...question, attempt, model, promptVersion, instant(at), reserve],
        );
        return { kind: 'begun', attempt };
      });
    },

    async settleCall({ experimentId, number, labels, attempt }, settled) {
      await run(
        pool,
        `update auto_promotion.claude_calls
          set outcome = $7, http_status = $8, input_tokens = $9, output_tokens = $10, cost_micros = $11, stop_reason = $12,
            response = $13, settled_at = $14
          where ${THESE} and (number, labels, attempt) = ($4, $5, $6) and outcome is null`,
        [
          ...mine,
          experimentId,
          number,
          labels,
          attempt,
          settled.outcome,
          settled.httpStatus,
          settled.inputTokens,
          settled.outputTokens,
          settled.cost,
          settled.stopReason,
          settled.response,
          instant(settled.at),
        ],
      );
    },

    async listCalls(experimentId, number) {
      const rows = await run<CallRow>(
        pool,
        `select * from auto_promotion.claude_calls where ${THESE} and number = $4 order by sent_at, labels, attempt`,
        [...mine, experimentId, number],
      );
      return rows.map((row) => ({
        labels: row.labels,
        attempt: row.attempt,
        model: row.model,
        promptVersion: row.prompt_version,
        sentAt: row.sent_at,
        reserved: Number(row.reserved_micros),
        outcome: row.outcome,
        httpStatus: row.http_status,
        inputTokens: row.input_tokens,
        outputTokens: row.output_tokens,
        cost: row.cost_micros === null ? null : Number(row.cost_micros),
        stopReason: row.stop_reason,
        response: row.response,
      }));
    },

    async spentInMonth(at) {
      const [row] = await run<{ spent: number }>(pool, SPENT_IN_MONTH, [...mine, instant(at)]);
      return Number(row!.spent);
    },
  };
}
