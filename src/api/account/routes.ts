import { setTimeout as delay } from 'node:timers/promises';
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { AccountInfo } from '../../clients/meta/types.js';
import { minorUnits } from '../../domain/budget.js';
import { dayAround } from '../../domain/calendar.js';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import { sendControl } from '../controls/send-control.js';
import type { ApiContext } from '../dependencies.js';
import { experimentsIn } from '../experiments/lookup.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { isoOf } from '../http/format.js';
import { once } from '../http/idempotency.js';
import { ApiProblem, toProblem } from '../http/problems.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { KillSwitchBody } from './requests.js';
import { AccountAnswer, type KillSwitchAnswer, KillSwitchResult } from './responses.js';

const one = createRoute({
  method: 'get',
  path: '/api/ab/account',
  summary: 'What limits the rollouts of the account: writes, kill switch, daily envelope',
  responses: { 200: answers('The account', AccountAnswer), ...failures },
});

const turn = createRoute({
  method: 'post',
  path: '/api/ab/account/kill-switch',
  summary: 'Hold every rollout of the account, or allow them to be resumed',
  request: { headers: IdempotencyHeaders, body: jsonBody(KillSwitchBody) },
  responses: {
    200: answers('The kill switch, and the rollouts that it holds', KillSwitchResult),
    ...failures,
  },
});

/** How long the answer waits for Meta's part, real ms: the kill switch must be readable while Meta is slow. */
const META_WAIT_MS = 5_000;

/** `/api/ab/account`. */
export function accountRoutes(context: ApiContext): OpenAPIHono {
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

  return createRouter()
    .openapi(one, async (c) => {
      const [{ account, trouble }, killSwitch, now] = await Promise.all([
        accountOfMeta(),
        store.killSwitch(),
        clock.now(),
      ]);
      return c.json(
        {
          account_id: meta.accountId,
          environment,
          currency: account?.currency ?? null,
          timezone: account?.timezone ?? null,
          meta: trouble,
          writes: writesAllowed ? ('on' as const) : ('shadow' as const),
          kill_switch: killSwitch && killSwitchToJson(killSwitch),
          envelope: { limit: accountEnvelope, ...(await envelopeOf(account, now)) },
        },
        200,
      );
    })
    .openapi(turn, async (c) => {
      const body = c.req.valid('json');
      const given = await once(context, c, body, async ({ key }) => {
        // This stops all rollouts: each write reads the kill switch first. The pauses below only make the state show it.
        const event = await store.setKillSwitch({ ...body, at: await clock.now() }, key);
        if (!event) throw new ApiProblem('kill_switch_released', 'The kill switch is not engaged.');
        // A repeated request may come after the release of the kill switch: then there is nothing to hold.
        const holds = event.engaged && (await store.killSwitch())?.engaged === true;
        const outcome = holds ? await holdAll(context, event) : { held: [], pending: [] };
        return { body: { ...killSwitchToJson(event), ...outcome }, status: 200 as const, isFinal: true };
      });
      return c.json(given.body, 200);
    });
}

/** Pauses every rollout. `pending`: those whose workflows have not paused within the wait for all of them. */
async function holdAll(
  context: ApiContext,
  { by, reason }: KillSwitch,
): Promise<{ held: string[]; pending: string[] }> {
  const experiments = await experimentsIn(context, ['rolling_out', 'held']);
  const rollouts = experiments.filter(({ state }) => state === 'rolling_out');
  const held = experiments.filter(({ state }) => state === 'held').map(({ id }) => id);
  const pending: string[] = [];
  await context.pauseLimit.each(rollouts, context.checkWaitMs, async (experiment, leftMs) => {
    const asked = { by, reason: `Kill switch: ${reason}` };
    const done = await sendControl(context, experiment, 'pause', asked, leftMs).then(
      ({ kind }) => kind === 'done',
      () => false,
    );
    (done ? held : pending).push(experiment.id);
  });
  return { held: held.sort(), pending: pending.sort() };
}

function killSwitchToJson({ engaged, by, reason, at }: KillSwitch): z.output<typeof KillSwitchAnswer> {
  return { engaged, by, reason, at: isoOf(at) };
}
