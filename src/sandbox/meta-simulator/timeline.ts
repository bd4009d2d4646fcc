/** The values of one field over time. A value is in force from its instant until the instant of the next value. */
export class Timeline<T> {
  readonly #entries: { at: number; value: T }[] = [];

  /** Of two calls with the same instant, the later one wins. An instant may lie in the future (a late effect). */
  set(at: number, value: T): void {
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1]!.at > at) index--;
    this.#entries.splice(index, 0, { at, value });
  }

  /** Undefined before the first value. */
  at(instant: number): T | undefined {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i]!;
      if (entry.at <= instant) return entry.value;
    }
    return undefined;
  }

  /** The instants in the open interval at which a value is set. */
  instantsBetween(after: number, before: number): number[] {
    return this.#entries.filter(({ at }) => at > after && at < before).map(({ at }) => at);
  }

  /** Changes to another value in (after, until]. Setting the first value is not a change. */
  changes(after: number, until: number): { at: number; from: T; to: T }[] {
    const found: { at: number; from: T; to: T }[] = [];
    for (let i = 1; i < this.#entries.length; i++) {
      const { at, value } = this.#entries[i]!;
      const previous = this.#entries[i - 1]!.value;
      if (at > after && at <= until && value !== previous) found.push({ at, from: previous, to: value });
    }
    return found;
  }
}
