import type { MetaClient } from '../clients/meta/types.js';
import type { EnvelopeUsedUp } from '../clients/postgres/errors.js';
import type { LedgerRow } from '../clients/postgres/records.js';
import type { Store } from '../clients/postgres/types.js';
import { currencyOffset } from '../domain/budget.js';
import {
  envelopeSentence,
  hourLimitSentence,
  hourLimitUntil,
  killSwitchSentence,
  ownChanges,
} from '../domain/gate.js';
import { createAccountDay } from './account-day.js';
import type { WriteOutcome } from './budget-attempt.js';

type Held = Extract<WriteOutcome, { kind: 'held' }>;

/** Limits of ours on the writes of a phase, whatever its gate said a moment ago. The way back has none. */
export function createWriteLimits(deps: {
  store: Store;
  meta: Pick<MetaClient, 'getAccount'>;
  /** Major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, accountEnvelope } = deps;
  const accountDay = createAccountDay(deps.meta);
  return {
    /** What keeps a phase from changing this ad set, which stands at `current`, now; or null. */
    async against(
      ledger: readonly LedgerRow[],
      { adSetId, current, now }: { adSetId: string; current: number; now: number },
    ): Promise<Held | null> {
      const killSwitch = await store.killSwitch();
      if (killSwitch?.engaged) {
        const reason = killSwitchSentence(killSwitch);
        return { kind: 'held', code: 'kill_switch', retryAfterMs: null, reason };
      }
      const until = hourLimitUntil(ownChanges(ledger, adSetId, current), now);
      if (until === null) return null;
      const reason = hourLimitSentence(adSetId, until);
      return { kind: 'held', code: 'hour_limit', retryAfterMs: until - now, reason };
    },

    /** What a raise must fit into, for the store to hold it to; undefined where there is no limit. */
    async envelope(
      now: number,
      currency: string,
    ): Promise<{ since: number; until: number; limit: number } | undefined> {
      if (accountEnvelope === null) return undefined;
      const limit = Math.round(accountEnvelope * currencyOffset(currency));
      return { ...(await accountDay(now)), limit };
    },

    /** The outcome of a raise that the envelope has no room for; one larger than all of it fits on no day. */
    async outsideEnvelope(error: EnvelopeUsedUp, currency: string, now: number): Promise<Held> {
      const { until } = await accountDay(now);
      const { moved, wanted, limit } = error;
      const reason = envelopeSentence({ limit, moved, wanted, resetsAt: until }, currency);
      return { kind: 'held', code: 'envelope', retryAfterMs: wanted > limit ? null : until - now, reason };
    },

    /** Below what may be spent today: tried again soon, and where that fails too, at the account's midnight. */
    async laterIfAgain(
      outcome: WriteOutcome,
      ledger: readonly LedgerRow[],
      row: LedgerRow,
    ): Promise<WriteOutcome> {
      if (outcome.kind !== 'blocked' || outcome.cause !== 'not_yet') return outcome;
      const { since, until } = await accountDay(row.at);
      const again = ledger.some(
        (other) => other.adSetId === row.adSetId && other.errorKind === 'not_yet' && other.at >= since,
      );
      return again ? { ...outcome, retryAfterMs: until - row.at } : outcome;
    },
  };
}
