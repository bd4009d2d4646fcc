import type { FaultTally } from './events.js';
import type { FaultOrder } from './types.js';

/** What a fault may match of a request. */
export interface FaultTarget {
  objectId: string;
  /** What of the object is asked for, e.g. `ad_studies`; null: the object itself. */
  edge: string | null;
  method: 'GET' | 'POST';
  /** The amount where the request is a budget write of an ad set (not one that only validates). */
  budgetWrite: number | null;
}

export interface Fault {
  id: string;
  order: FaultOrder;
  /** Matching requests that were let through, of `skip`. */
  passed: number;
  struck: number;
}

/** The ordered faults and how far each is spent. */
export class FaultBook {
  readonly #faults = new Map<string, Fault>();

  add(id: string, order: FaultOrder): void {
    this.#faults.set(id, { id, order, passed: 0, struck: 0 });
  }

  /** False where there is no such fault. */
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
   * The first fault in order that strikes a request, and what the request does to the counters. A request
   * that a fault takes is not seen by the faults behind it. Null: no fault is concerned.
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

/** One strike unless the order says otherwise; null is for good, and so is a token that expired. */
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
