const LIMIT = 10;
const WINDOW_MS = 60_000;
/** Addresses that are remembered at once. */
const MOST_CLIENTS = 10_000;

/**
 * Counts failed attempts to sign in, per client, in memory: at most 10 within a minute. `now`: real ms. A client is an
 * address; behind a proxy all users share that of the proxy.
 */
export class Attempts {
  private readonly failures = new Map<string, number[]>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Real ms until a client may try again; 0 if it may now. */
  waitMs(client: string): number {
    const recent = this.recentOf(client);
    return recent.length < LIMIT ? 0 : recent[0]! + WINDOW_MS - this.now();
  }

  failed(client: string): void {
    const recent = [...this.recentOf(client), this.now()];
    this.failures.delete(client);
    this.failures.set(client, recent);
    // The client whose last failure is longest ago is forgotten first.
    if (this.failures.size > MOST_CLIENTS) this.failures.delete(this.failures.keys().next().value!);
  }

  private recentOf(client: string): number[] {
    return (this.failures.get(client) ?? []).filter((at) => at > this.now() - WINDOW_MS).slice(-LIMIT);
  }
}
