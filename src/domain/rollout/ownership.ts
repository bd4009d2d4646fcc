import type { Budgets } from '../budget.js';

/** The parts of a ledger row that tell whose a value is. */
export interface Attempt {
  adSetId: string;
  intended: number;
  outcome: AttemptOutcome;
}

export type AttemptOutcome = 'pending' | 'applied' | 'refused' | 'not_sent' | 'unknown';

/** Whether an attempt has changed a budget, or may have: it was not turned down, and may have got there. */
export function mayHaveReached({ outcome }: { outcome: AttemptOutcome }): boolean {
  return outcome !== 'refused' && outcome !== 'not_sent';
}

/**
 * What each ad set may read while a rollout goes forward, by ad set id: the value last read back (the base
 * before the first), or that of an attempt since then whose outcome is not known. Anything else is a person's.
 * Attempts in ledger order.
 */
export function expectedValues(base: Budgets, attempts: readonly Attempt[]): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(base).map(([adSetId, amount]) => {
      let expected = [amount];
      for (const attempt of attempts) {
        if (attempt.adSetId !== adSetId) continue;
        if (attempt.outcome === 'applied') expected = [attempt.intended];
        else if (mayHaveReached(attempt)) expected.push(attempt.intended);
      }
      return [adSetId, expected];
    }),
  );
}

/** Every value of an ad set that is ours: its base and all that was ever sent for it. Only these may a revert overwrite. */
export function ownValues(base: Budgets, attempts: readonly Attempt[]): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(base).map(([adSetId, amount]) => [
      adSetId,
      [
        amount,
        ...attempts
          .filter((attempt) => attempt.adSetId === adSetId && attempt.outcome !== 'not_sent')
          .map((attempt) => attempt.intended),
      ],
    ]),
  );
}

/** Ad sets whose value is none of those given. */
export function foreignValues(current: Budgets, own: Record<string, number[]>): string[] {
  return Object.keys(own).filter((adSetId) => !own[adSetId]!.includes(current[adSetId]!));
}

/**
 * Ad sets that show, off their base, the value of an attempt that nobody had an answer to, where the last
 * read-back was another: it has landed late. Attempts in ledger order.
 */
export function lateValues(base: Budgets, current: Budgets, attempts: readonly Attempt[]): string[] {
  return Object.keys(base).filter((adSetId) => {
    const own = attempts.filter((attempt) => attempt.adSetId === adSetId);
    const shown = own.some(
      (attempt) =>
        (attempt.outcome === 'pending' || attempt.outcome === 'unknown') &&
        attempt.intended === current[adSetId],
    );
    const lastRead = own.findLast((attempt) => attempt.outcome === 'applied')?.intended ?? base[adSetId];
    return shown && current[adSetId] !== base[adSetId] && current[adSetId] !== lastRead;
  });
}
