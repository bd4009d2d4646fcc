/** Waits before a message is posted again. Real time: hooks are outside the experiments' world. */
const FIRST_MS = 1_000;
const MOST_MS = 5 * 60_000;
/** A hook can't ask for more: a header of days would stop its messages for good. */
const MOST_ASKED_MS = 60 * 60_000;

/** Real ms. `asked`: what the hook asks for, or null. `failures`: failed posts in a row, with the last one. */
export function waitBeforeRepost(asked: number | null, failures: number): number {
  if (asked !== null) return Math.min(Math.max(asked, FIRST_MS), MOST_ASKED_MS);
  return Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), MOST_MS);
}
