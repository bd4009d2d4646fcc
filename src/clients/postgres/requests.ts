import type { RequestClaim } from '../../contract/records.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

interface Row {
  key: string;
  request: string;
  body_hash: string;
  made_id: string;
  at: number;
  status: number | null;
  answer: unknown;
}

function toClaim(row: Row): RequestClaim {
  return {
    key: row.key,
    request: row.request,
    bodyHash: row.body_hash,
    madeId: row.made_id,
    at: row.at,
    answer: row.status === null ? null : { status: row.status, body: row.answer },
  };
}

type RequestStore = Pick<Store, 'claimRequest' | 'keepAnswer'>;

/** Which request each idempotency key belongs to. Rows are never deleted, so a claimed key is always found. */
export function requestStore({ pool, scope }: Database): RequestStore {
  const mine = [scope.environment, scope.accountId];
  const read = async (key: string) => {
    const [row] = await run<Row>(
      pool,
      `select key, request, body_hash, made_id, at, status, answer from auto_promotion.idempotency_keys
        where (environment, account_id, key) = ($1, $2, $3)`,
      [...mine, key],
    );
    return toClaim(row!);
  };
  return {
    async claimRequest({ key, request, bodyHash, madeId, at }) {
      const inserted = await run(
        pool,
        `insert into auto_promotion.idempotency_keys (environment, account_id, key, request, body_hash, made_id, at)
          values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning 1`,
        [...mine, key, request, bodyHash, madeId, instant(at)],
      );
      // Read in a statement of its own: the insert may have waited for another one, whose row its snapshot doesn't show.
      return { isFirst: inserted.length > 0, claim: await read(key) };
    },

    async keepAnswer(key, { status, body }) {
      await run(
        pool,
        `update auto_promotion.idempotency_keys set status = $4, answer = $5
          where (environment, account_id, key) = ($1, $2, $3) and status is null`,
        [...mine, key, status, jsonb(body)],
      );
      return (await read(key)).answer!;
    },
  };
}
