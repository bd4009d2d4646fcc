import type { Store } from '../../clients/postgres/types.js';
import type { ChangeMarks } from '../../contract/records.js';
import { type Change, changesBetween } from './changes.js';

/** A change with its number. */
export interface NumberedChange extends Change {
  id: number;
}

type Listener = (change: NumberedChange) => void;

/** Shortest time between two polls, real ms. */
const POLL_MS = 1_000;
/** A slow database is asked less often: polls take at most a tenth of the time. */
const SHARE_OF_TIME = 10;
/** Changes that a listener who comes back can still be told. */
const KEPT = 1_000;
/** A new listener's page may have been made up to this long ago, real ms. */
const PAGE_AGE_MS = 10_000;

const MISSED: Change = { experimentId: null, kind: 'missed', state: null };

/**
 * Tells listeners what changes in the record. One poll serves all of them, and nothing is polled while nobody listens. A
 * poll compares marks of everything with those of the poll before, so no change is missed, in whatever order transactions
 * commit. Numbers rise, across restarts too.
 */
export class ChangeFeed {
  private readonly listeners = new Set<Listener>();
  private readonly kept: (NumberedChange & { at: number })[] = [];
  private marks: ChangeMarks | null = null;
  private last = Date.now() * 1_000;
  /** The number before the first change that is kept. */
  private base = this.last;
  private timer: NodeJS.Timeout | undefined;
  private polling = false;
  private failing = false;

  constructor(
    private readonly store: Pick<Store, 'changeMarks'>,
    private readonly onError: (error: unknown) => void = () => {},
  ) {}

  get listening(): number {
    return this.listeners.size;
  }

  /**
   * Calls `listener` for each change from now on. `since`: the number of the last change that the listener knows; null: it
   * has just read a page. What it may have missed is returned first.
   */
  listen(
    listener: Listener,
    since: number | null,
  ): { missed: NumberedChange[]; at: number; end: () => void } {
    const missed = this.missedSince(since);
    this.listeners.add(listener);
    if (!this.timer && !this.polling) this.timer = setTimeout(() => void this.poll(), 0);
    const end = () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        clearTimeout(this.timer);
        this.timer = undefined;
      }
    };
    return { missed, at: this.last, end };
  }

  private missedSince(since: number | null): NumberedChange[] {
    // The first poll tells everyone to read again: what has changed since their pages were made can't be known.
    if (this.marks === null) return [];
    if (since === null) return this.kept.filter(({ at }) => at > Date.now() - PAGE_AGE_MS);
    const isKnown = since === this.base || this.kept.some(({ id }) => id === since);
    return isKnown ? this.kept.filter(({ id }) => id > since) : [{ ...MISSED, id: this.last }];
  }

  private async poll(): Promise<void> {
    this.timer = undefined;
    this.polling = true;
    const began = performance.now();
    try {
      const marks = await this.store.changeMarks();
      const changes = this.marks ? changesBetween(this.marks, marks) : [MISSED];
      this.marks = marks;
      for (const change of changes) this.tell(change);
      this.failing = false;
    } catch (error) {
      // An outage is reported once. The next poll finds what changed during it.
      if (!this.failing) this.onError(error);
      this.failing = true;
    }
    this.polling = false;
    if (this.listeners.size === 0) return;
    const wait = Math.max(POLL_MS, (performance.now() - began) * SHARE_OF_TIME);
    this.timer = setTimeout(() => void this.poll(), wait);
  }

  private tell(change: Change): void {
    this.last = Math.max(this.last + 1, Date.now() * 1_000);
    const numbered = { ...change, id: this.last };
    this.kept.push({ ...numbered, at: Date.now() });
    if (this.kept.length > KEPT) this.base = this.kept.shift()!.id;
    for (const listener of this.listeners) listener(numbered);
  }
}
