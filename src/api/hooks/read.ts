import type { z } from '@hono/zod-openapi';
import type { HookInfo } from '../../clients/webhook/types.js';
import type { HookState } from '../../contract/messaging.js';
import { testContent } from '../../domain/messages/account-messages.js';
import type { ApiContext } from '../dependencies.js';
import { isoOf, isoOrNull } from '../http/format.js';
import { ApiProblem } from '../http/problems.js';
import type { Hook, HookTestAnswer } from './responses.js';

export type HookJson = z.output<typeof Hook>;

/** The configured hooks and how they did. No answer contains an address. */
export async function hooksOf({ hooks, store }: Pick<ApiContext, 'hooks' | 'store'>): Promise<HookJson[]> {
  const known = hooks.list();
  const states = known.length === 0 ? [] : await store.hookStates();
  return known.map((info) =>
    hookToJson(
      info,
      states.find(({ hook }) => hook === info.name),
    ),
  );
}

function hookToJson({ name, kind, messages, addressMark }: HookInfo, state: HookState | undefined): HookJson {
  // What another address did says nothing about this one.
  const own = state?.addressMark === addressMark ? state : null;
  const failed = own !== null && own.lastFailureAt !== null;
  const failing = failed && (own.lastSuccessAt ?? 0) < own.lastFailureAt!;
  const dead = own !== null && own.deadSince !== null;
  return {
    name,
    kind,
    messages: [...messages],
    state: dead ? 'dead' : failing ? 'failing' : own?.lastSuccessAt ? 'ok' : 'unused',
    pending: state?.pending ?? 0,
    refused: state?.failed ?? 0,
    last_success: isoOrNull(own?.lastSuccessAt ?? null),
    last_failure: failed ? { at: isoOf(own.lastFailureAt!), message: own.lastFailure! } : null,
    dead: dead ? { since: isoOf(own.deadSince!), reason: own.deadReason! } : null,
  };
}

/** Posts one test message now. A success ends the state of being dead, and what is pending is sent. */
export async function testHook(context: ApiContext, name: string): Promise<z.output<typeof HookTestAnswer>> {
  const { hooks, store, clock, gateway, environment, meta } = context;
  const known = hooks.list().find((hook) => hook.name === name);
  if (!known) throw new ApiProblem('not_found', `There is no hook ${name}.`);
  const at = await clock.now();
  const { accountId } = meta;
  const message = { sequence: null, kind: 'test', at, experimentId: null, environment } as const;
  const outcome = await hooks.post(name, { ...message, accountId, content: testContent(name) });
  await store.settleHookTest({ hook: name, addressMark: known.addressMark, outcome, at });
  const delivered = outcome.kind === 'sent';
  // If Temporal is away, the reconciliation wakes it.
  if (delivered) await gateway.wakeMessenger(name).catch(() => undefined);
  return {
    name,
    delivered,
    status: outcome.status,
    message: outcome.kind === 'sent' ? `The hook answered ${outcome.status}.` : outcome.problem,
  };
}
