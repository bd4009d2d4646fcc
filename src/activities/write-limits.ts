import type { MetaClient } from '../clients/meta/types.js';
import type { EnvelopeUsedUp } from '../clients/postgres/errors.js';
import type { Store } from '../clients/postgres/types.js';
import type { LedgerRow } from '../contract/records.js';
import { minorUnits } from '../domain/budget.js';
import { changedAt, ownChanges } from '../domain/rollout/changes.js';
import {
  envelopeHold,
  hourLimitSentence,
  hourLimitUntil,
  killSwitchSentence,
} from '../domain/rollout/gate.js';
import type { Obstacle, Outcome } from '../domain/rollout/obstacle.js';
import { createAccountDay } from './account-day.js';

/** The obstacle of an engaged kill switch, or null. */
export async function killSwitchHold(store: Pick<Store, 'killSwitch'>): Promise<Obstacle | null> {
  const killSwitch = await store.killSwitch();
  if (!killSwitch?.engaged) return null;
  return {
    kind: 'person',
    code: 'kill_switch',
    retryAfterMs: null,
    reason: killSwitchSentence(killSwitch),
  };
}

/** Our own limits on a phase's writes, checked again after its gate. A revert has none. */
export function createWriteLimits(deps: {
  store: Store;
  meta: Pick<MetaClient, 'getAccount'>;
  /** Major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, accountEnvelope } = deps;
  const accountDay = createAccountDay(deps.meta);
  return {
    /** The obstacle that keeps a phase from changing this ad set now, or null. `current`: its budget, minor units. */
    async against(
      ledger: readonly LedgerRow[],
      { adSetId, current, now }: { adSetId: string; current: number; now: number },
    ): Promise<Obstacle | null> {
      const killed = await killSwitchHold(store);
      if (killed) return killed;
      const until = hourLimitUntil(ownChanges(ledger, adSetId, current).map(changedAt), now);
      if (until === null) return null;
      const reason = hourLimitSentence(adSetId, until);
      return { kind: 'wait', code: 'hour_limit', retryAfterMs: until - now, reason };
    },

    /** The limit that the store must check a raise against; undefined if there is none. */
    async envelope(
      now: number,
      currency: string,
    ): Promise<{ since: number; until: number; limit: number } | undefined> {
      if (accountEnvelope === null) return undefined;
      const limit = minorUnits(accountEnvelope, currency);
      return { ...(await accountDay(now)), limit };
    },

    /** The obstacle to a raise that the envelope has no room for. */
    async outsideEnvelope(error: EnvelopeUsedUp, currency: string, now: number): Promise<Obstacle> {
      const { until: resetsAt } = await accountDay(now);
      const hold = envelopeHold({ ...error, resetsAt }, currency);
      if (!hold) throw error;
      const { code, message, until } = hold;
      return until === null
        ? { kind: 'person', code, retryAfterMs: null, reason: message }
        : { kind: 'wait', code, retryAfterMs: until - now, reason: message };
    },

    /** After `not_yet`, e.g. a budget below today's spend: the next try is soon, later ones at the account's midnight. */
    async laterIfAgain(outcome: Outcome, ledger: readonly LedgerRow[], row: LedgerRow): Promise<Outcome> {
      if (outcome.kind !== 'wait' || outcome.code !== 'not_yet') return outcome;
      const { since, until } = await accountDay(row.at);
      const again = ledger.some(
        (other) => other.adSetId === row.adSetId && other.errorKind === 'not_yet' && other.at >= since,
      );
      return again ? { ...outcome, retryAfterMs: until - row.at } : outcome;
    },
  };
}
