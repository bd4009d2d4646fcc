/** Reads what ads showed when their tests began. No experiment waits for it. */
import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError, type ReadCreative } from '../clients/meta/types.js';
import type { UnreadCreative } from '../clients/postgres/creatives.js';
import type { Store } from '../clients/postgres/types.js';
import type { RanCreative } from '../domain/creative/ran-creative.js';
import type { MetaErrorKind } from '../domain/rollout/obstacle.js';
import { HOUR_MS } from '../domain/time.js';

/**
 * After each failed try that counts, experiment ms until the next. Together they end before the usual first look, which needs
 * a forecast.
 */
const TRY_AGAIN_MS = [HOUR_MS / 12, HOUR_MS / 4, HOUR_MS, 3 * HOUR_MS];
const MOST_TRIES = TRY_AGAIN_MS.length + 1;
/** Says nothing about the creative: someone must renew the token or its rights, or the account has to wait. Not counted. */
const NOT_OF_THE_AD: readonly MetaErrorKind[] = ['auth', 'permission', 'rate'];
const AT_ONCE = 4;
/** Variants per call: the others are due at the next one. */
const PER_CALL = 100;

export interface CreativeReader {
  /**
   * Reads the creatives that are due; returns how many are settled now: read, or given up with the reason on record. Calls at
   * the same time share one reading. Rejects only if the record fails.
   */
  readDue(): Promise<number>;
}

export function createCreativeReader(deps: {
  store: Store;
  meta: Pick<MetaClient, 'getCreative'>;
  clock: ExperimentClock;
}): CreativeReader {
  const { store, meta, clock } = deps;
  let reading: Promise<number> | null = null;

  async function settle(unread: UnreadCreative): Promise<boolean> {
    const read = await meta.getCreative(unread.adId).catch((error: unknown) => {
      if (!(error instanceof MetaError)) throw error;
      return error;
    });
    const now = await clock.now();
    if (read instanceof MetaError && isNotOfTheAd(read)) {
      const wait = Math.max(HOUR_MS, read.details.retryAfterMs ?? 0);
      await store.putOffCreative({ ...unread, dueAt: now + wait, counts: false });
      return false;
    }
    const isLast = unread.tries + 1 >= MOST_TRIES;
    if (!isLast && (read instanceof MetaError || read.picture?.isPassing)) {
      await store.putOffCreative({ ...unread, dueAt: now + TRY_AGAIN_MS[unread.tries]!, counts: true });
      return false;
    }
    const creative = read instanceof MetaError ? unreadable(read, now) : await kept(read, now);
    await store.saveRanCreative(unread.experimentId, unread.variantId, creative);
    return true;
  }

  async function kept({ creative, picture }: ReadCreative, readAt: number): Promise<RanCreative> {
    if (picture === null) return { ...creative, picture, readAt };
    const { kind, loaded, problem } = picture;
    const hash = loaded && (await store.savePicture(loaded));
    return { ...creative, picture: { kind, hash, problem }, readAt };
  }

  async function readAll(): Promise<number> {
    const due = await store.unreadCreatives({ at: await clock.now(), limit: PER_CALL });
    const outcomes: PromiseSettledResult<boolean>[] = [];
    for (let from = 0; from < due.length; from += AT_ONCE)
      outcomes.push(...(await Promise.allSettled(due.slice(from, from + AT_ONCE).map(settle))));
    // A creative that can't be kept must not stop the others.
    const failed = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) throw failed.reason;
    return outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length;
  }

  return {
    readDue() {
      reading ??= readAll().finally(() => {
        reading = null;
      });
      return reading;
    },
  };
}

function isNotOfTheAd({ kind, details }: MetaError): boolean {
  return NOT_OF_THE_AD.includes(kind) || details.appSecretRefused === true;
}

function unreadable({ message }: MetaError, readAt: number): RanCreative {
  return {
    form: 'unread',
    title: null,
    body: null,
    description: null,
    callToAction: null,
    link: null,
    picture: null,
    problem: `Meta did not give the creative in ${MOST_TRIES} tries: ${message.replace(/\.?$/, '.')}`,
    readAt,
  };
}
