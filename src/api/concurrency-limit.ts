/** The least time for an item that starts late, real ms. */
const LEAST_WAIT_MS = 1_000;

/**
 * Limits how many experiments are worked on at once, over all callers. Each means work for Temporal, the worker and
 * Meta; too many at once would only delay each other.
 */
export class ConcurrencyLimit {
  readonly #most: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls `work` for each item, with the real ms that are left of `waitMs`, but at least 1,000. The results are in the
   * order of the items. Concurrent callers share the limit item by item.
   */
  async each<T, R>(
    items: readonly T[],
    waitMs: number,
    work: (item: T, leftMs: number) => Promise<R>,
  ): Promise<R[]> {
    const endAt = performance.now() + waitMs;
    const results: R[] = new Array(items.length);
    let next = 0;
    const one = async () => {
      for (let index = next++; index < items.length; index = next++) {
        await this.#take();
        try {
          results[index] = await work(items[index]!, Math.max(LEAST_WAIT_MS, endAt - performance.now()));
        } finally {
          this.#leave();
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#most, items.length) }, one));
    return results;
  }

  async #take(): Promise<void> {
    if (this.#taken === this.#most) await new Promise<void>((free) => this.#waiting.push(free));
    else this.#taken += 1;
  }

  /** The place goes to the caller that has waited longest. */
  #leave(): void {
    const free = this.#waiting.shift();
    if (free) free();
    else this.#taken -= 1;
  }
}
