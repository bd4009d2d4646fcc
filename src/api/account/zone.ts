import type { MetaClient } from '../../clients/meta/types.js';

/** Real ms for which the account's time zone is remembered: no reader must wait for Meta each time. */
const KNOWN_MS = 60_000;

/** The time zone of an account, as Meta gave it last. */
class AccountZone {
  private known: { timezone: string; at: number } | null = null;
  private asking: Promise<void> | null = null;

  constructor(private readonly meta: MetaClient) {}

  async read(): Promise<string | null> {
    if (this.known === null) await this.ask();
    else if (Date.now() - this.known.at > KNOWN_MS) void this.ask();
    return this.known?.timezone ?? null;
  }

  private ask(): Promise<void> {
    this.asking ??= this.meta
      .getAccount()
      .then(({ timezone }) => {
        this.known = { timezone, at: Date.now() };
      })
      .catch(() => undefined)
      .finally(() => {
        this.asking = null;
      });
    return this.asking;
  }
}

const zones = new WeakMap<MetaClient, AccountZone>();

/** The account's IANA time zone; null as long as Meta has given no answer. Never rejects. */
export function accountZone(meta: MetaClient): Promise<string | null> {
  const known = zones.get(meta) ?? new AccountZone(meta);
  zones.set(meta, known);
  return known.read();
}
