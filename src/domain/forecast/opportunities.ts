/** What the drafts leave unused: attributes that hold here, and that no draft has or that all of them have. */

import { attributeOf } from '../creative/registry.js';
import type { CombinedEvidence } from '../patterns/evidence.js';
import type { PatternState } from '../patterns/state.js';
import type { Draft } from './forecast.js';

export interface KnownPattern {
  /** The attribute's id. */
  id: string;
  state: PatternState;
  evidence: CombinedEvidence;
}

/** `add`: it helps, and no draft has it. `drop`: it harms, and all drafts have it. */
export interface Opportunity {
  id: string;
  statement: string;
  direction: 'add' | 'drop';
  /** Expected log rate ratio of having it. */
  effect: number;
  interval: [low: number, high: number];
  /** Whose evidence the effect rests on. */
  evidence: CombinedEvidence;
}

/**
 * The largest effect first. Amounts are left out: every draft has some. So is what is unknown of a draft, and what
 * rests on foreign evidence with no own test, because only own tests make a pattern hold.
 */
export function opportunitiesOf(
  patterns: readonly KnownPattern[],
  drafts: readonly Pick<Draft, 'attributes'>[],
): Opportunity[] {
  return patterns
    .flatMap(({ id, state, evidence }): Opportunity[] => {
      const attribute = attributeOf(id);
      const { expected } = evidence;
      if (state !== 'holds' || attribute?.kind !== 'present' || !expected || expected.effect === 0) return [];
      const direction = expected.effect > 0 ? 'add' : 'drop';
      const lacked = direction === 'add' ? 0 : 1;
      if (!drafts.every(({ attributes }) => attributes[id] === lacked)) return [];
      const { effect, interval } = expected;
      return [{ id, statement: attribute.statement, direction, effect, interval, evidence }];
    })
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.id < b.id ? -1 : 1));
}
