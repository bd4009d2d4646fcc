import { setTimeout as delay } from 'node:timers/promises';
import type { z } from '@hono/zod-openapi';
import type { AccountInfo } from '../../clients/meta/types.js';
import { minorUnits } from '../../domain/budget.js';
import { dayAround } from '../../domain/calendar.js';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import type { ApiDependencies } from '../dependencies.js';
import { freezeToJson } from '../freezes/read.js';
import { isoOf } from '../http/format.js';
import { toProblem } from '../http/problems.js';
import type { KillSwitchAnswer, ReadAccount } from './responses.js';

/** How long the answer waits for Meta's part, real ms: the kill switch must be readable while Meta is slow. */
const META_WAIT_MS = 5_000;

/** The newest changes of the kill switch that the answer has. */
const MOST_CHANGES = 50;

/** Reads what limits the account's rollouts. It remembers Meta's last answer for the times when Meta gives none. */
export function accountReader(
  context: Pick<
    ApiDependencies,
    'store' | 'meta' | 'clock' | 'environment' | 'accountEnvelope' | 'writesAllowed'
  >,
): ReadAccount {
  const { store, meta, clock, environment, accountEnvelope, writesAllowed } = context;
  let known: AccountInfo | null = null;

  /** Meta's current account data, or else its last known data and why it is not current. Never rejects. */
  const accountOfMeta = async (): Promise<{ account: AccountInfo | null; trouble: string | null }> => {
    const answer = meta.getAccount().then(
      (account) => {
        known = account;
        return null;
      },
      (error: unknown) => toProblem(error).message,
    );
    const silence = `Meta has not answered within ${META_WAIT_MS / 1000} s`;
    const silent = delay(META_WAIT_MS, silence, { ref: false });
    const why = await Promise.race([answer, silent]);
    if (why === null) return { account: known, trouble: null };
    const shown = known
      ? 'the currency, the time zone and the envelope are from its last answer'
      : 'the currency, the time zone and the rest of the envelope of today are not known';
    return { account: known, trouble: `${why.replace(/\.$/, '')}: ${shown}.` };
  };

  /** The amounts need the account's currency and time zone: null while Meta has not given them. */
  const envelopeOf = async (account: AccountInfo | null, now: number) => {
    if (account === null) return { limit_cents: null, moved_today_cents: null, resets_at: null };
    const { currency, timezone } = account;
    const { since, until } = dayAround(now, timezone);
    return {
      limit_cents: accountEnvelope === null ? null : Math.round(minorUnits(accountEnvelope, currency)),
      moved_today_cents: await store.movedBetween(since, until),
      resets_at: isoOf(until),
    };
  };

  return async () => {
    const now = await clock.now();
    const [{ account, trouble }, killSwitch, changes, freezes] = await Promise.all([
      accountOfMeta(),
      store.killSwitch(),
      store.killSwitchEvents({ since: 0, until: now + 1, limit: MOST_CHANGES }),
      store.freezeEvents(),
    ]);
    return {
      account_id: meta.accountId,
      environment,
      currency: account?.currency ?? null,
      timezone: account?.timezone ?? null,
      meta: trouble,
      writes: writesAllowed ? ('on' as const) : ('shadow' as const),
      kill_switch: killSwitch && killSwitchToJson(killSwitch),
      kill_switch_changes: changes.map(killSwitchToJson),
      freeze: freezeToJson(freezes, now),
      envelope: { limit: accountEnvelope, ...(await envelopeOf(account, now)) },
    };
  };
}

export function killSwitchToJson({ engaged, by, reason, at }: KillSwitch): z.output<typeof KillSwitchAnswer> {
  return { engaged, by, reason, at: isoOf(at) };
}
