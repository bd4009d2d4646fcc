/**
 * What the drafts leave unused: attributes that hold here, or that held elsewhere and no own test has varied, and that no draft
 * has or that all of them have.
 */

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

/** Foreign effects of fewer standard errors are left out: of 60 attributes without any effect, one in six lists has one. */
const LEAST_FOREIGN_Z = 3;
/** Own tests are better evidence, so what was learned elsewhere must not fill the list. */
export const MOST_FOREIGN = 5;

/**
 * What holds here first, then what rests on foreign evidence alone, each by the size of its effect. Amounts are left out: every
 * draft has some. So is what is unknown of a draft. A pattern that own tests vary must hold.
 */
export function opportunitiesOf(
  patterns: readonly KnownPattern[],
  drafts: readonly Pick<Draft, 'attributes'>[],
): Opportunity[] {
  const found = patterns
    .flatMap(({ id, state, evidence }): Opportunity[] => {
      const attribute = attributeOf(id);
      const { expected } = evidence;
      if (attribute?.kind !== 'present' || !expected || expected.effect === 0) return [];
      if (state !== 'holds' && !heldElsewhere(evidence)) return [];
      const direction = expected.effect > 0 ? 'add' : 'drop';
      const lacked = direction === 'add' ? 0 : 1;
      if (!drafts.every(({ attributes }) => attributes[id] === lacked)) return [];
      const { effect, interval } = expected;
      return [{ id, statement: attribute.statement, direction, effect, interval, evidence }];
    })
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.id < b.id ? -1 : 1));
  const isForeign = ({ evidence }: Opportunity) => evidence.basis === 'foreign';
  return [...found.filter((one) => !isForeign(one)), ...found.filter(isForeign).slice(0, MOST_FOREIGN)];
}

function heldElsewhere({ basis, foreign }: CombinedEvidence): boolean {
  return basis === 'foreign' && foreign !== null && Math.abs(foreign.effect) >= LEAST_FOREIGN_Z * foreign.se;
}
