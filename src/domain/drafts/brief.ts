/** What someone asks drafts for. */
export interface Brief {
  /** What is advertised, e.g. "trail shoes". */
  product: string;
  /** Whom it is for, e.g. "runners"; null if it isn't said. */
  audience: string | null;
  /** What is offered, in words that are true, e.g. "20% off until Sunday"; null if nothing is. */
  offer: string | null;
  /** Words that each draft must contain. */
  mustSay: readonly string[];
  /** Words that no draft may contain. */
  mustNotSay: readonly string[];
  /** E.g. "calm"; null if it doesn't matter. Only Claude reads it. */
  tone: string | null;
  /** How many drafts. */
  count: number;
}

/** Numbers of drafts and entries, and characters. */
export const BRIEF_LIMITS = {
  drafts: { least: 2, most: 12, usual: 6 },
  product: 120,
  audience: 120,
  offer: 300,
  tone: 120,
  entries: 10,
  entry: 80,
} as const;
