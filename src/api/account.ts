import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { addDays, localDate, localHourStart } from '../clients/meta/timezone.js';
import { minorUnits } from '../domain/budget.js';
import type { KillSwitch } from '../domain/gate.js';
import { AccountAnswer, KillSwitchAnswer } from './answers.js';
import { askFor } from './ask.js';
import type { ApiContext } from './context.js';
import { ApiProblem } from './errors.js';
import { once } from './idempotency.js';
import { isoOf } from './json.js';
import { answers, createRouter, failures, jsonBody } from './routing.js';
import { ControlHeaders, KillSwitchBody } from './schemas.js';
import { Turns } from './turns.js';

const one = createRoute({
  method: 'get',
  path: '/api/ab/account',
  summary: 'What bounds the rollouts of the account: writes, kill switch, envelope of the day',
  responses: { 200: answers('The account', AccountAnswer), ...failures },
});

const turn = createRoute({
  method: 'post',
  path: '/api/ab/account/kill-switch',
  summary: 'Hold every rollout of the account, or let them be resumed',
  request: { headers: ControlHeaders, body: jsonBody(KillSwitchBody) },
  responses: {
    200: answers(
      'How it stands, and which rollouts it holds',
      KillSwitchAnswer.extend({
        held: z.array(z.string()).openapi({ description: 'rollouts that are held by now' }),
        pending: z.array(z.string()).openapi({
          description: 'rollouts that write nothing more, and show it as soon as they are reached',
        }),
      }),
    ),
    ...failures,
  },
});

const ROLLOUTS = 200;

/** `/api/ab/account`. */
export function accountRoutes(context: ApiContext): OpenAPIHono {
  const { store, meta, clock, environment, accountEnvelope, writesAllowed } = context;
  const turns = new Turns(context.maxChecksAtOnce);
  return createRouter()
    .openapi(one, async (c) => {
      const [account, killSwitch, now] = await Promise.all([
        meta.getAccount(),
        store.killSwitch(),
        clock.now(),
      ]);
      const today = localDate(now, account.timezone);
      const since = localHourStart(today, 0, account.timezone);
      const until = localHourStart(addDays(today, 1), 0, account.timezone);
      const limit = accountEnvelope === null ? null : minorUnits(accountEnvelope, account.currency);
      return c.json(
        {
          account_id: account.id,
          environment,
          currency: account.currency,
          timezone: account.timezone,
          writes: writesAllowed ? ('on' as const) : ('shadow' as const),
          kill_switch: killSwitch && killSwitchToJson(killSwitch),
          envelope: {
            limit_cents: limit === null ? null : Math.round(limit),
            moved_today_cents: await store.movedBetween(since, until),
            resets_at: isoOf(until),
          },
        },
        200,
      );
    })
    .openapi(turn, async (c) => {
      const body = c.req.valid('json');
      const given = await once(context, c, body, async ({ key }) => {
        // From here on no rollout writes: each write asks the record first. The pause only shows it.
        const event = await store.setKillSwitch({ ...body, at: await clock.now() }, key);
        if (!event) throw new ApiProblem('kill_switch_released', 'The kill switch is not engaged.');
        // Asked for again, it may have been released since: then it holds nothing any more.
        const holds = event.engaged && (await store.killSwitch())?.engaged === true;
        const outcome = holds ? await holdAll(context, event, turns) : { held: [], pending: [] };
        return { body: { ...killSwitchToJson(event), ...outcome }, status: 200 as const, stands: true };
      });
      return c.json(given.body, 200);
    });
}

async function holdAll(
  context: ApiContext,
  { by, reason }: KillSwitch,
  turns: Turns,
): Promise<{ held: string[]; pending: string[] }> {
  const held: string[] = [];
  const pending: string[] = [];
  for (let offset = 0; ; offset += ROLLOUTS) {
    const page = await context.store.listExperiments({
      states: ['rolling_out', 'held'],
      limit: ROLLOUTS,
      offset,
    });
    const rollouts = page.filter(({ state }) => state === 'rolling_out');
    held.push(...page.filter((one) => !rollouts.includes(one)).map(({ id }) => id));
    await turns.each(rollouts, context.checkWaitMs, async (experiment, leftMs) => {
      const asked = { by, reason: `Kill switch: ${reason}` };
      const done = await askFor(context, experiment, 'pause', asked, leftMs).then(
        ({ kind }) => kind === 'done',
        () => false,
      );
      (done ? held : pending).push(experiment.id);
    });
    if (page.length < ROLLOUTS) return { held: held.sort(), pending: pending.sort() };
  }
}

function killSwitchToJson({ engaged, by, reason, at }: KillSwitch): z.output<typeof KillSwitchAnswer> {
  return { engaged, by, reason, at: isoOf(at) };
}
