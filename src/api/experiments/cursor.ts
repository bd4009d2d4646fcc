import type { Experiment } from '../../domain/experiment.js';

/** The place of an experiment in the list of all, newest start first. It doesn't move if tests are added. */
export type ListPlace = Pick<Experiment, 'startedAt' | 'id'>;

/** A place as text that callers pass back unread. */
export function cursorOf({ startedAt, id }: ListPlace): string {
  return Buffer.from(`${startedAt} ${id}`).toString('base64url');
}

/** Null if the text isn't one that {@link cursorOf} made. */
export function placeOf(cursor: string): ListPlace | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, startedAt, id] = /^(\d{1,14}) ([\w-]{1,64})$/.exec(text) ?? [];
  const place = startedAt && id ? { startedAt: Number(startedAt), id } : null;
  return place && cursorOf(place) === cursor ? place : null;
}
