import type { FaultTally } from './events.js';
import type { FaultOrder } from './types.js';

/** The features of a request that a fault can match. */
export interface FaultTarget {
  objectId: string;
  /** Edge of the object that is asked for, e.g. `ad_studies`; null: the object itself. */
  edge: string | null;
  method: 'GET' | 'POST';
  /** The amount if the request writes an ad set's budget (and does not only validate it); otherwise null. */
  budgetWrite: number | null;
}

export interface Fault {
  id: string;
  order: FaultOrder;
  /** How many matching requests it has let through, at most `skip`. */
  passed: number;
  struck: number;
}

/** The ordered faults and how often each has struck. */
export class FaultBook {
  readonly #faults = new Map<string, Fault>();

  add(id: string, order: FaultOrder): void {
    this.#faults.set(id, { id, order, passed: 0, struck: 0 });
  }

  has(id: string): boolean {
    return this.#faults.has(id);
  }

  remove(id: string | null): void {
    if (id === null) this.#faults.clear();
    else this.#faults.delete(id);
  }

  list(): Fault[] {
    return [...this.#faults.values()];
  }

  /**
   * The first fault in the order of their entry that strikes a request, and what the request does to the counters. If a
   * fault strikes, the faults after it don't count the request. Null if the request matches no fault.
   */
  weigh(target: FaultTarget): { fault: Fault | null; tally: FaultTally } | null {
    const passed: string[] = [];
    for (const fault of this.#faults.values()) {
      if (!matches(fault.order, target)) continue;
      if (fault.struck >= strikes(fault.order)) continue;
      if (fault.passed >= (fault.order.skip ?? 0)) return { fault, tally: { passed, struck: fault.id } };
      passed.push(fault.id);
    }
    return passed.length > 0 ? { fault: null, tally: { passed, struck: null } } : null;
  }

  count(tally: FaultTally): void {
    for (const id of tally.passed) {
      const fault = this.#faults.get(id);
      if (fault) fault.passed++;
    }
    const struck = tally.struck === null ? undefined : this.#faults.get(tally.struck);
    if (struck) struck.struck++;
  }
}

/** How often a fault strikes: once by default; without limit if `times` is null, and by default for an expired token. */
function strikes(order: FaultOrder): number {
  const times = order.times === undefined && order.kind !== 'expired_token' ? 1 : order.times;
  return times ?? Number.POSITIVE_INFINITY;
}

function matches(order: FaultOrder, target: FaultTarget): boolean {
  if (order.objectId != null && order.objectId !== target.objectId) return false;
  if (order.edge != null && order.edge !== target.edge) return false;
  if (order.method != null && order.method !== target.method) return false;
  if (order.dailyBudget != null && order.dailyBudget !== target.budgetWrite) return false;
  const needsWrite = order.kind === 'applied_then_reset' || order.kind === 'late_apply';
  return !needsWrite || target.budgetWrite !== null;
}
