import type { FreezeEvent, FreezeTimes } from '../../domain/rollout/freeze.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

interface Row {
  window_id: string;
  removed: boolean;
  name: string;
  timezone: string;
  times: FreezeTimes;
  asked_by: string;
  reason: string;
  at: number;
}

/** The freeze windows of the account: each change is an event. */
export function freezeStore({ pool, scope }: Database): Pick<Store, 'freezeEvents' | 'enterFreezeEvent'> {
  const mine = [scope.environment, scope.accountId];

  async function read(where = '', values: string[] = []): Promise<FreezeEvent[]> {
    const rows = await run<Row>(
      pool,
      `select window_id, removed, name, timezone, times, asked_by, reason, at from auto_promotion.freeze_events
        where (environment, account_id) = ($1, $2) ${where} order by entry`,
      [...mine, ...values],
    );
    return rows.map(({ window_id: id, removed, name, timezone, times, asked_by, reason, at }) => ({
      window: { id, name, timezone, times },
      removed,
      by: asked_by,
      reason,
      at,
    }));
  }

  return {
    freezeEvents: () => read(),

    async enterFreezeEvent(event, entry, controlId) {
      const entered = async () =>
        controlId === undefined ? null : ((await read('and control_id = $3', [controlId]))[0] ?? null);
      const before = await entered();
      if (before) return before;
      const { window, removed, by, reason, at } = event;
      const inserted = await run(
        pool,
        `insert into auto_promotion.freeze_events (environment, account_id, entry, window_id, removed, name, timezone,
            times, asked_by, reason, at, control_id)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
          on conflict do nothing returning 1`,
        [
          ...mine,
          entry,
          window.id,
          removed,
          window.name,
          window.timezone,
          jsonb(window.times),
          by,
          reason,
          instant(at),
          controlId ?? null,
        ],
      );
      return inserted.length > 0 ? event : entered();
    },
  };
}
