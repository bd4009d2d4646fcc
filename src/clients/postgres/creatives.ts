import { createHash } from 'node:crypto';
import type { PictureType, RanCreative, StoredPicture } from '../../domain/creative/ran-creative.js';
import { type Database, instant, jsonb, run, transaction } from './query.js';

/** A variant whose creative is to be read from Meta. */
export interface UnreadCreative {
  experimentId: string;
  variantId: string;
  adId: string;
  /** How many tries that count have failed. */
  tries: number;
}

/** What ads showed when their tests began. */
export interface CreativeStore {
  /** Keeps it for ever, and its picture must be stored. One that is stored before stays as it is. */
  saveRanCreative(experimentId: string, variantId: string, creative: RanCreative): Promise<void>;
  /** By variant id, control first; a variant whose creative was not read, or not yet, is missing. */
  ranCreatives(experimentId: string): Promise<Map<string, RanCreative>>;
  /** As {@link ranCreatives}, by experiment id; an experiment without any is missing. */
  ranCreativesOf(experimentIds: readonly string[]): Promise<Map<string, Map<string, RanCreative>>>;
  /** Those of tests that were registered with this version or a later one and are due; the latest start first. */
  unreadCreatives(query: { at: number; limit: number }): Promise<UnreadCreative[]>;
  /** Whether a creative of the test is not read yet and will be tried again. */
  awaitsCreatives(experimentId: string): Promise<boolean>;
  /** After a try that failed: the next one is due at `dueAt`. `counts`: whether it is one more of the tries. */
  putOffCreative(unread: UnreadCreative & { dueAt: number; counts: boolean }): Promise<void>;
  /** Stores a picture once; returns its hash. */
  savePicture(picture: StoredPicture): Promise<string>;
  /** Null if there is none with this hash. */
  picture(hash: string): Promise<StoredPicture | null>;
}

type StoredCreative = Omit<RanCreative, 'readAt'>;

export function creativeStore({ pool, scope }: Database): CreativeStore {
  const mine = [scope.environment, scope.accountId];

  const ranCreativesOf: CreativeStore['ranCreativesOf'] = async (ids) => {
    const rows = await run<{
      experiment_id: string;
      variant_id: string;
      creative: StoredCreative;
      read_at: number;
    }>(
      pool,
      `select c.experiment_id, c.variant_id, c.creative, c.read_at
        from auto_promotion.variant_creatives c join auto_promotion.ab_test_variants v
          using (environment, account_id, experiment_id, variant_id)
        where (c.environment, c.account_id) = ($1, $2) and c.experiment_id = any($3)
        order by c.experiment_id collate "C", v.position`,
      [...mine, ids],
    );
    const found = new Map<string, Map<string, RanCreative>>();
    for (const { experiment_id, variant_id, creative, read_at } of rows) {
      const ofTest = found.get(experiment_id) ?? new Map<string, RanCreative>();
      found.set(experiment_id, ofTest.set(variant_id, { ...creative, readAt: read_at }));
    }
    return found;
  };

  return {
    async saveRanCreative(experimentId, variantId, { readAt, ...creative }) {
      await transaction(pool, async (ask) => {
        const variant = [...mine, experimentId, variantId];
        await ask(
          `insert into auto_promotion.variant_creatives (environment, account_id, experiment_id, variant_id, read_at,
              creative, picture_hash)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (environment, account_id, experiment_id, variant_id) do nothing`,
          [...variant, instant(readAt), jsonb(creative), creative.picture?.hash ?? null],
        );
        await ask(
          `update auto_promotion.ab_test_variants set creative_tries = null, creative_due_at = null
            where (environment, account_id, experiment_id, variant_id) = ($1, $2, $3, $4)`,
          variant,
        );
      });
    },

    ranCreativesOf,

    async ranCreatives(experimentId) {
      return (await ranCreativesOf([experimentId])).get(experimentId) ?? new Map();
    },

    async unreadCreatives({ at, limit }) {
      const rows = await run<{ experiment_id: string; variant_id: string; ad_id: string; tries: number }>(
        pool,
        `select v.experiment_id, v.variant_id, v.ad_id, v.creative_tries as tries
          from auto_promotion.ab_test_variants v join auto_promotion.ab_tests t
            using (environment, account_id, experiment_id)
          where (v.environment, v.account_id) = ($1, $2) and v.creative_tries is not null
            and (v.creative_due_at is null or v.creative_due_at <= $3)
          order by t.started_at desc, v.experiment_id collate "C", v.position limit $4`,
        [...mine, instant(at), limit],
      );
      return rows.map(({ experiment_id, variant_id, ad_id, tries }) => ({
        experimentId: experiment_id,
        variantId: variant_id,
        adId: ad_id,
        tries,
      }));
    },

    async awaitsCreatives(experimentId) {
      const rows = await run(
        pool,
        `select 1 from auto_promotion.ab_test_variants
          where (environment, account_id, experiment_id) = ($1, $2, $3) and creative_tries is not null limit 1`,
        [...mine, experimentId],
      );
      return rows.length > 0;
    },

    async putOffCreative({ experimentId, variantId, tries, dueAt, counts }) {
      // Two that tried at once count as one.
      await run(
        pool,
        `update auto_promotion.ab_test_variants set creative_tries = $6, creative_due_at = $7
          where (environment, account_id, experiment_id, variant_id, creative_tries) = ($1, $2, $3, $4, $5::integer)`,
        [...mine, experimentId, variantId, tries, counts ? tries + 1 : tries, instant(dueAt)],
      );
    },

    async savePicture({ type, bytes }) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      await run(
        pool,
        `insert into auto_promotion.pictures (environment, account_id, hash, type, bytes) values ($1, $2, $3, $4, $5)
          on conflict (environment, account_id, hash) do nothing`,
        [...mine, hash, type, Buffer.from(bytes)],
      );
      return hash;
    },

    async picture(hash) {
      const [row] = await run<{ type: PictureType; bytes: Uint8Array }>(
        pool,
        `select type, bytes from auto_promotion.pictures where (environment, account_id, hash) = ($1, $2, $3)`,
        [...mine, hash],
      );
      return row ? { type: row.type, bytes: new Uint8Array(row.bytes) } : null;
    },
  };
}
