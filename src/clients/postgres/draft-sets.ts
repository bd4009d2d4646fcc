import type { DraftSet } from '../../contract/drafts.js';
import type { ClaudeFailure } from '../../domain/insights/status.js';
import { lockSpending, SPENT_IN_MONTH } from './claude-spending.js';
import { type Database, instant, jsonb, run, transaction } from './query.js';

/** A question to Claude for drafts. Amounts are millionths of a US dollar, instants real time in epoch ms. */
export interface DraftQuestion {
  setId: string;
  model: string;
  promptVersion: string;
  reserve: number;
  limit: number;
  at: number;
}

export interface SettledDraftQuestion {
  setId: string;
  outcome: 'answered' | ClaudeFailure['code'];
  httpStatus: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Null if unknown: then the reserve counts. */
  cost: number | null;
  response: string | null;
  at: number;
}

/** `answered`, `failed`: what the question led to that was sent before; `unknown`: it was sent, and nothing else is on record. */
export type BegunDraftQuestion =
  | { kind: 'begun' }
  | { kind: 'spent'; spent: number }
  | { kind: 'answered'; response: string | null }
  | { kind: 'failed'; failure: ClaudeFailure }
  | { kind: 'unknown' };

export interface DraftSetStore {
  /** Keeps a set; one with the same id stays as it is. */
  saveDraftSet(set: DraftSet): Promise<void>;
  getDraftSet(id: string): Promise<DraftSet | null>;
  /** Newest first. */
  listDraftSets(limit: number): Promise<DraftSet[]>;
  /**
   * Enters a question that is about to be sent, unless it could exceed the limit of its month (UTC), or was sent for this set
   * before.
   */
  beginDraftQuestion(question: DraftQuestion): Promise<BegunDraftQuestion>;
  /** Enters what it led to; once. */
  settleDraftQuestion(settled: SettledDraftQuestion): Promise<void>;
}

interface SetRow {
  set_id: string;
  brief: DraftSet['brief'];
  content: Pick<DraftSet, 'startsFrom' | 'note' | 'drafts' | 'worthTesting' | 'leftOut' | 'forecast'>;
  source: DraftSet['source'];
  asked_by: string;
  made_at: number;
}

const COLUMNS = 'set_id, brief, content, source, asked_by, made_at';

function toSet({ set_id, brief, content, source, asked_by, made_at }: SetRow): DraftSet {
  return { id: set_id, brief, ...content, source, by: asked_by, madeAt: made_at };
}

interface QuestionRow {
  outcome: SettledDraftQuestion['outcome'] | null;
  http_status: number | null;
  response: string | null;
}

function knownQuestion({ outcome, http_status: status, response }: QuestionRow): BegunDraftQuestion {
  if (outcome === null) return { kind: 'unknown' };
  if (outcome === 'answered') return { kind: 'answered', response };
  return { kind: 'failed', failure: { code: outcome, status } };
}

export function draftSetStore({ pool, scope }: Database): DraftSetStore {
  const mine = [scope.environment, scope.accountId];
  const THIS = '(environment, account_id, set_id) = ($1, $2, $3)';

  return {
    async saveDraftSet({ id, brief, source, by, madeAt, ...content }) {
      await run(
        pool,
        `insert into auto_promotion.draft_sets (environment, account_id, ${COLUMNS})
          values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
        [...mine, id, jsonb(brief), jsonb(content), source, by, instant(madeAt)],
      );
    },

    async getDraftSet(id) {
      const [row] = await run<SetRow>(
        pool,
        `select ${COLUMNS} from auto_promotion.draft_sets where ${THIS}`,
        [...mine, id],
      );
      return row ? toSet(row) : null;
    },

    async listDraftSets(limit) {
      const rows = await run<SetRow>(
        pool,
        `select ${COLUMNS} from auto_promotion.draft_sets where (environment, account_id) = ($1, $2)
          order by made_at desc, set_id collate "C" limit $3`,
        [...mine, limit],
      );
      return rows.map(toSet);
    },

    async beginDraftQuestion({ setId, model, promptVersion, reserve, limit, at }) {
      return transaction(pool, async (ask): Promise<BegunDraftQuestion> => {
        await lockSpending(ask, scope);
        const [before] = await ask<QuestionRow>(
          `select outcome, http_status, response from auto_promotion.draft_questions where ${THIS}`,
          [...mine, setId],
        );
        if (before) return knownQuestion(before);
        const [month] = await ask<{ spent: number }>(SPENT_IN_MONTH, [...mine, instant(at)]);
        const spent = Number(month!.spent);
        if (spent + reserve > limit) return { kind: 'spent', spent };
        await ask(
          `insert into auto_promotion.draft_questions (environment, account_id, set_id, model, prompt_version, sent_at,
              reserved_micros)
            values ($1, $2, $3, $4, $5, $6, $7)`,
          [...mine, setId, model, promptVersion, instant(at), reserve],
        );
        return { kind: 'begun' };
      });
    },

    async settleDraftQuestion({ setId, outcome, httpStatus, inputTokens, outputTokens, cost, response, at }) {
      await run(
        pool,
        `update auto_promotion.draft_questions set outcome = $4, http_status = $5, input_tokens = $6, output_tokens = $7,
            cost_micros = $8, response = $9, settled_at = $10
          where ${THIS} and outcome is null`,
        [...mine, setId, outcome, httpStatus, inputTokens, outputTokens, cost, response, instant(at)],
      );
    },
  };
}
