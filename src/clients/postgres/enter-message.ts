import type { MessageEntry } from '../../contract/messaging.js';
import { type Database, instant, jsonb, type Run, run, type Scope, transaction } from './query.js';

/** Enters a message with a delivery per hook that wants it. `ask`: of the transaction that enters what it reports. */
export async function enterMessage(ask: Run, scope: Scope, { message, hooks }: MessageEntry): Promise<void> {
  await ask(
    `with entered as (
        insert into auto_promotion.messages (environment, account_id, experiment_id, kind, at, content)
        values ($1, $2, $3, $4, $5, $6) returning sequence
      )
      insert into auto_promotion.message_deliveries (environment, account_id, hook, sequence, state, attempts)
      select $1, $2, hook, sequence, 'pending', 0 from entered, unnest($7::text[]) as hook`,
    [
      scope.environment,
      scope.accountId,
      message.experimentId,
      message.kind,
      instant(message.at),
      jsonb(message.content),
      hooks,
    ],
  );
}

/**
 * Runs a statement that returns rows only if it enters something new. The message about that is entered in the same
 * transaction.
 */
export async function withMessage<Row extends object>(
  { pool, scope }: Database,
  entry: MessageEntry | null | undefined,
  statement: (ask: Run) => Promise<Row[]>,
): Promise<Row[]> {
  if (!entry) return statement((text, values) => run(pool, text, values));
  return transaction(pool, async (ask) => {
    const rows = await statement(ask);
    if (rows.length > 0) await enterMessage(ask, scope, entry);
    return rows;
  });
}
