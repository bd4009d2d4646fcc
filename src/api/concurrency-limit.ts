/** What starts when the time for all is up still gets this long, real ms. */
const LEAST_WAIT_MS = 1_000;

/**
 * For calls that concern many experiments: `most` of them at once, however many callers ask. Each becomes work for
 * Temporal, the worker and Meta, and all of them together would only make each other late.
 */
export class ConcurrencyLimit {
  readonly #most: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Works on each item with the real ms that are left of `waitMs` for all, at least a second; answers in the order of
   * the items. Callers take turns item by item.
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

  /** The place goes to whoever has waited longest. */
  #leave(): void {
    const free = this.#waiting.shift();
    if (free) free();
    else this.#taken -= 1;
  }
}
