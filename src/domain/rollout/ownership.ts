import type { Budgets } from '../budget.js';

/** The parts of a ledger row that show who set a value. */
export interface Attempt {
  adSetId: string;
  intended: number;
  outcome: AttemptOutcome;
}

export type AttemptOutcome =
  /** Entered before the call, which may or may not have reached Meta. */
  | 'pending'
  /** Read back at the intended value. */
  | 'applied'
  /** Meta refused it; nothing changed. */
  | 'refused'
  /** Entered but never sent; Meta knows nothing of it. */
  | 'not_sent'
  /** There was no answer, and the value was not seen later. */
  | 'unknown';

/** Whether an attempt has changed a budget, or may have: it may have reached Meta and was not refused. */
export function mayHaveReached({ outcome }: { outcome: AttemptOutcome }): boolean {
  return outcome !== 'refused' && outcome !== 'not_sent';
}

/**
 * The values that each ad set may show while a rollout proceeds, by ad set id: the value last read back (at first the
 * base), and the values of later attempts of unknown outcome. Any other value was set by someone else. Attempts are in
 * ledger order.
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

/** Our own values of each ad set: its base and every value that was ever sent. A revert may only overwrite these. */
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

/** Ad sets whose value is not among our own. */
export function foreignValues(current: Budgets, own: Record<string, number[]>): string[] {
  return Object.keys(own).filter((adSetId) => !own[adSetId]!.includes(current[adSetId]!));
}

/**
 * Ad sets that show a value that took effect late: the value of an attempt without an answer, which differs from the base
 * and from the last read-back. Attempts are in ledger order.
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
