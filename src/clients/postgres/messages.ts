import type { HookState, PendingMessage } from '../../contract/messaging.js';
import type { MessageContent, MessageKind } from '../../domain/messages/message.js';
import { type Database, instant, type Run, run, transaction } from './query.js';
import type { Store } from './types.js';

/** $3: the hook, $4: the mark of its address. What another address did says nothing about this one. */
const REMEMBER_HOOK = `
  insert into auto_promotion.notification_hooks as h (environment, account_id, hook, address_mark)
  values ($1, $2, $3, $4)
  on conflict (environment, account_id, hook) do update
    set address_mark = excluded.address_mark, last_success_at = null, last_failure_at = null, last_failure = null,
      dead_since = null, dead_reason = null
    where h.address_mark <> excluded.address_mark`;

interface HookRow {
  hook: string;
  address_mark: string;
  last_success_at: number | null;
  last_failure_at: number | null;
  last_failure: string | null;
  dead_since: number | null;
  dead_reason: string | null;
  pending: number;
  failed: number;
}

function toState(row: HookRow): HookState {
  return {
    hook: row.hook,
    addressMark: row.address_mark,
    lastSuccessAt: row.last_success_at,
    lastFailureAt: row.last_failure_at,
    lastFailure: row.last_failure,
    deadSince: row.dead_since,
    deadReason: row.dead_reason,
    pending: row.pending,
    failed: row.failed,
  };
}

type MessageStore = Pick<
  Store,
  'pendingMessage' | 'settleDelivery' | 'settleHookTest' | 'hookStates' | 'message'
>;

/** The outbox: messages, what became of each at each hook, and how the hooks did. */
export function messageStore({ pool, scope }: Database): MessageStore {
  const mine = [scope.environment, scope.accountId];

  return {
    async pendingMessage(hook, addressMark) {
      const [row] = await run<{ sequence: number | null }>(
        pool,
        `with remembered as (${REMEMBER_HOOK})
          select min(sequence) as sequence from auto_promotion.message_deliveries
          where (environment, account_id, hook) = ($1, $2, $3) and state = 'pending' and not exists (
            select from auto_promotion.notification_hooks
            where (environment, account_id, hook, address_mark) = ($1, $2, $3, $4) and dead_since is not null)`,
        [...mine, hook, addressMark],
      );
      return row?.sequence ?? null;
    },

    async message(sequence) {
      const [row] = await run<{
        sequence: number;
        kind: MessageKind;
        at: number;
        experiment_id: string | null;
        content: MessageContent;
      }>(
        pool,
        `select sequence, kind, at, experiment_id, content from auto_promotion.messages
          where (environment, account_id, sequence) = ($1, $2, $3)`,
        [...mine, sequence],
      );
      if (!row) return null;
      const { kind, at, experiment_id: experimentId, content } = row;
      return { ...scope, sequence: row.sequence, kind, at, experimentId, content } satisfies PendingMessage;
    },

    async settleDelivery({ hook, sequence, outcome, at }) {
      const problem = 'problem' in outcome ? outcome.problem : null;
      const state = outcome.kind === 'sent' ? 'sent' : outcome.kind === 'refused' ? 'failed' : 'pending';
      await transaction(pool, async (ask) => {
        // A repeated call finds the row settled, and changes nothing.
        const settled = await ask(
          `update auto_promotion.message_deliveries
            set state = $5, attempts = attempts + 1, last_error = coalesce($6, last_error),
              sent_at = case when $5 = 'sent' then $7::timestamptz end
            where (environment, account_id, hook, sequence) = ($1, $2, $3, $4) and state = 'pending' returning 1`,
          [...mine, hook, sequence, state, problem, instant(at)],
        );
        if (settled.length > 0) await noteOutcome(ask, hook, outcome, at);
      });
    },

    async settleHookTest({ hook, addressMark, outcome, at }) {
      await transaction(pool, async (ask) => {
        await ask(REMEMBER_HOOK, [...mine, hook, addressMark]);
        await noteOutcome(ask, hook, outcome, at);
      });
    },

    async hookStates() {
      const rows = await run<HookRow>(
        pool,
        `select hook, coalesce(h.address_mark, '') as address_mark, h.last_success_at, h.last_failure_at,
            h.last_failure, h.dead_since, h.dead_reason,
            coalesce(counts.pending, 0) as pending, coalesce(counts.failed, 0) as failed
          from (
            select hook, count(*) filter (where state = 'pending')::int as pending,
              count(*) filter (where state = 'failed')::int as failed
            from auto_promotion.message_deliveries where (environment, account_id) = ($1, $2) group by hook
          ) counts
          full join (
            select * from auto_promotion.notification_hooks where (environment, account_id) = ($1, $2)
          ) h using (hook)
          order by hook`,
        mine,
      );
      return rows.map(toState);
    },
  };

  async function noteOutcome(
    ask: Run,
    hook: string,
    outcome: Parameters<Store['settleDelivery']>[0]['outcome'],
    at: number,
  ): Promise<void> {
    const worked = outcome.kind === 'sent';
    const problem = 'problem' in outcome ? outcome.problem : null;
    await ask(
      `update auto_promotion.notification_hooks
        set last_success_at = case when $4 then $6::timestamptz else last_success_at end,
          last_failure_at = case when $4 then last_failure_at else $6::timestamptz end,
          last_failure = case when $4 then last_failure else $5 end,
          dead_since = case when $4 then null when $7 then coalesce(dead_since, $6::timestamptz) else dead_since end,
          dead_reason = case when $4 then null when $7 then $5 else dead_reason end
        where (environment, account_id, hook) = ($1, $2, $3)`,
      [...mine, hook, worked, problem, instant(at), outcome.kind === 'dead'],
    );
  }
}
