import type { z } from '@hono/zod-openapi';
import {
  type FreezeEvent,
  freezeAt,
  freezeSentence,
  timesInWords,
  windowsOf,
} from '../../domain/rollout/freeze.js';
import { isOver } from '../../domain/rollout/freeze-limits.js';
import type { ApiContext } from '../dependencies.js';
import { isoOf } from '../http/format.js';
import type { FreezeNow, FreezesAnswer, FreezeWindowAnswer } from './responses.js';

export type FreezesJson = z.output<typeof FreezesAnswer>;

/** The account's freeze windows, what holds now, and every change. */
export async function freezesOf({ store, clock }: Pick<ApiContext, 'store' | 'clock'>): Promise<FreezesJson> {
  const events = await store.freezeEvents();
  const now = await clock.now();
  const set = windowsOf(events).map(({ id }) => events.find(({ window }) => window.id === id)!);
  return {
    now: freezeToJson(events, now),
    windows: set.map((event) => windowToJson(event, now)),
    changes: events.map(changeToJson).reverse(),
  };
}

/** The freeze that holds at an instant, epoch ms; null if none does. */
export function freezeToJson(events: readonly FreezeEvent[], at: number): z.output<typeof FreezeNow> | null {
  const freeze = freezeAt(windowsOf(events), at);
  return freeze && { until: isoOf(freeze.until), text: freezeSentence(freeze) };
}

export function windowToJson(
  { window, by, reason, at }: FreezeEvent,
  now: number,
): z.output<typeof FreezeWindowAnswer> {
  const { id, name, timezone, times } = window;
  return {
    window_id: id,
    name,
    timezone,
    kind: times.kind,
    from: times.from,
    to: times.to,
    text: timesInWords(window),
    is_over: isOver(window, now),
    by,
    reason,
    at: isoOf(at),
  };
}

export function changeToJson({ window, removed, by, reason, at }: FreezeEvent) {
  return {
    window_id: window.id,
    name: window.name,
    text: timesInWords(window),
    change: removed ? ('removed' as const) : ('set' as const),
    by,
    reason,
    at: isoOf(at),
  };
}
