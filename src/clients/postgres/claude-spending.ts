/** What Claude has cost this month: insights and drafts share one limit. */
import type { Run, Scope } from './query.js';

/** $1, $2: the account; $3: an instant of real time. Months are UTC; a question of unknown cost counts as its reserve. */
export const SPENT_IN_MONTH = `select coalesce(sum(coalesce(cost_micros, reserved_micros)), 0)::bigint as spent
  from (
    select environment, account_id, sent_at, cost_micros, reserved_micros from auto_promotion.claude_calls
    union all
    select environment, account_id, sent_at, cost_micros, reserved_micros from auto_promotion.draft_questions
  ) asked
  where (environment, account_id) = ($1, $2)
    and date_trunc('month', sent_at at time zone 'UTC') = date_trunc('month', $3::timestamptz at time zone 'UTC')`;

/** Within a transaction: two questions at the same time must not both take the last money of the month. */
export async function lockSpending(ask: Run, { environment, accountId }: Scope): Promise<void> {
  await ask('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`claude/${environment}/${accountId}`]);
}
