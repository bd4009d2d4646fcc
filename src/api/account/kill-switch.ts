import type { z } from '@hono/zod-openapi';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import { sendControl } from '../controls/send-control.js';
import type { ApiContext } from '../dependencies.js';
import { experimentsIn } from '../experiments/lookup.js';
import { ApiProblem } from '../http/problems.js';
import { killSwitchToJson } from './read.js';
import type { KillSwitchResult } from './responses.js';

/**
 * Engages or releases the kill switch, once per key.
 * @throws ApiProblem 409 if it is released without being engaged
 */
export async function turnKillSwitch(
  context: ApiContext,
  asked: Omit<KillSwitch, 'at'>,
  key: string | undefined,
): Promise<z.output<typeof KillSwitchResult>> {
  const { store, clock } = context;
  // This stops all rollouts: each write reads the kill switch first. The pauses below only make the state show it.
  const event = await store.setKillSwitch({ ...asked, at: await clock.now() }, key);
  if (!event) throw new ApiProblem('kill_switch_released', 'The kill switch is not engaged.');
  // A repeated request may come after the release of the kill switch: then there is nothing to hold.
  const holds = event.engaged && (await store.killSwitch())?.engaged === true;
  const outcome = holds ? await holdAll(context, event) : { held: [], pending: [] };
  return { ...killSwitchToJson(event), ...outcome };
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
