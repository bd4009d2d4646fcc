import { createHash } from 'node:crypto';
import type { PatternPlace } from '../../clients/postgres/pattern-types.js';

export const SEARCHES = ['certainty', 'meaning', 'words'] as const;
export type SearchedBy = (typeof SEARCHES)[number];

/** A place in the answers to one search. */
export interface SearchPlace extends PatternPlace {
  by: SearchedBy;
  /** Of what was asked, from {@link markOf}. */
  mark: string;
}

const MARK_LENGTH = 8;

/** The same for equal questions, whatever the size of their pages. */
export function markOf(asked: object): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, MARK_LENGTH);
}

/** A place as text that callers pass back unread. */
export function cursorOf({ by, mark, score, id }: SearchPlace): string {
  return Buffer.from(`${by} ${mark} ${score} ${id}`).toString('base64url');
}

/** Null if the text isn't one that {@link cursorOf} made. */
export function placeOf(cursor: string): SearchPlace | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, search, mark, score, id] = /^(\w+) ([0-9a-f]{8}) (\S{1,32}) ([\w-]{1,64})$/.exec(text) ?? [];
  const by = SEARCHES.find((each) => each === search);
  if (!by || !mark || !score || !id || !Number.isFinite(Number(score))) return null;
  const place = { by, mark, score: Number(score), id };
  return cursorOf(place) === cursor ? place : null;
}
