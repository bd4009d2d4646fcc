import {
  type FreezeEvent,
  type FreezeTimes,
  type FreezeWindow,
  windowsOf,
} from '../../domain/rollout/freeze.js';
import { windowProblem } from '../../domain/rollout/freeze-limits.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem, type FieldProblem, sentencesOf } from '../http/problems.js';

interface Who {
  by: string;
  reason: string;
}

/** Attempts to enter a change while others are entered at the same time. */
const ATTEMPTS = 10;

/**
 * Sets a window, once per key. `id`: for a new one. Rollouts find it at their next phase.
 * @throws ApiProblem 400 with the field if it can't be set, or if its zone is not given and not known
 */
export async function setFreezeWindow(
  context: ApiContext,
  asked: Who & { name: string; timezone?: string | undefined; times: FreezeTimes },
  { id, key }: { id: string; key: string | undefined },
): Promise<FreezeEvent> {
  const { by, reason, name, times } = asked;
  const timezone = asked.timezone ?? (await context.account()).timezone;
  if (timezone === null)
    throw refused('timezone', "must be given: Meta doesn't give the account's time zone now");
  return enter(context, key, (events, at) => {
    const window: FreezeWindow = { id, name, timezone, times };
    const problem = windowProblem(windowsOf(events), window, at);
    if (problem) throw refused(problem.field, problem.message);
    return { window, removed: false, by, reason, at };
  });
}

/**
 * Removes a window, once per key. What it holds goes on within an hour.
 * @throws ApiProblem 404 if no such window is set
 */
export async function removeFreezeWindow(
  context: ApiContext,
  id: string,
  { by, reason }: Who,
  key: string | undefined,
): Promise<FreezeEvent> {
  return enter(context, key, (events, at) => {
    const window = windowsOf(events).find((each) => each.id === id);
    if (!window) throw new ApiProblem('not_found', `No freeze window ${id} is set.`);
    return { window, removed: true, by, reason, at };
  });
}

/** Enters a change that was judged by every change before it. */
async function enter(
  { store, clock }: ApiContext,
  key: string | undefined,
  judge: (events: readonly FreezeEvent[], at: number) => FreezeEvent,
): Promise<FreezeEvent> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const events = await store.freezeEvents();
    const before = events.find(({ controlId }) => key !== undefined && controlId === key);
    if (before) return before;
    const change = { ...judge(events, await clock.now()), ...(key === undefined ? {} : { controlId: key }) };
    const entered = await store.enterFreezeEvent(change, events.length + 1);
    if (entered) return entered;
  }
  throw new ApiProblem('freeze_windows_busy', 'Others change the freeze windows at the same time.');
}

function refused(field: FieldProblem['field'], message: string): ApiProblem {
  const errors = [{ field, message }];
  return new ApiProblem('invalid_request', sentencesOf(errors), { errors });
}
