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
  control_id: string | null;
}

/** The freeze windows of the account: each change is an event. */
export function freezeStore({ pool, scope }: Database): Pick<Store, 'freezeEvents' | 'enterFreezeEvent'> {
  const mine = [scope.environment, scope.accountId];

  async function read(): Promise<FreezeEvent[]> {
    const rows = await run<Row>(
      pool,
      `select window_id, removed, name, timezone, times, asked_by, reason, at, control_id
        from auto_promotion.freeze_events where (environment, account_id) = ($1, $2) order by entry`,
      mine,
    );
    return rows.map(
      ({ window_id: id, removed, name, timezone, times, asked_by, reason, at, control_id }) => ({
        window: { id, name, timezone, times },
        removed,
        by: asked_by,
        reason,
        at,
        ...(control_id === null ? {} : { controlId: control_id }),
      }),
    );
  }

  return {
    freezeEvents: read,

    async enterFreezeEvent(event, entry) {
      const { window, removed, by, reason, at, controlId } = event;
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
      if (inserted.length > 0) return event;
      return (await read()).find((each) => controlId !== undefined && each.controlId === controlId) ?? null;
    },
  };
}
