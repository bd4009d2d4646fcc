/** Between claims and the pattern library. */
import type { PatternStore } from '../../clients/postgres/pattern-types.js';
import { claudeOn } from '../../contract/insights.js';
import type { Pattern, Statement } from '../../contract/patterns.js';
import type { PatternCategory } from '../../domain/creative/attribute.js';
import { attributeOf } from '../../domain/creative/registry.js';
import { normalCdf } from '../../domain/evidence/distributions.js';
import type { Claim, ClaimKind } from '../../domain/insights/claim.js';
import { combineEvidence, type ForeignEffect } from '../../domain/patterns/evidence.js';
import { evidenceSentence, stateSentence } from '../../domain/patterns/sentences.js';

type ForeignEffects = ReadonlyMap<string, ForeignEffect>;

const CATEGORY_OF: Partial<Record<ClaimKind, PatternCategory>> = {
  hook_pattern: 'hook_writing',
  visual_element: 'visual_design',
};
const TITLE_LENGTH = 120;

/** What is known so far of the attributes that claims are about. */
export interface KnownAttributes {
  /** A sentence or two; null if the claim has no attribute. */
  evidence(claim: Claim): string | null;
  /** Probability that the attribute works as the claim says; ½ if nothing is known. */
  probability(claim: Claim): number;
}

export async function knownAttributes(
  store: Pick<PatternStore, 'patternsOfAttributes'>,
  foreign: ForeignEffects,
  claims: readonly Claim[],
): Promise<KnownAttributes> {
  const ids = [...new Set(claims.flatMap(({ attributeId }) => attributeId ?? []))];
  const patterns = new Map<string | null, Pattern>();
  for (const pattern of await store.patternsOfAttributes(ids)) patterns.set(pattern.attributeId, pattern);
  const combined = (id: string) =>
    combineEvidence(patterns.get(id)?.own ?? null, patterns.get(id)?.foreign ?? foreign.get(id) ?? null);
  return {
    evidence({ attributeId }) {
      if (attributeId === null) return null;
      const pattern = patterns.get(attributeId);
      const sentences = [evidenceSentence(combined(attributeId))];
      if (pattern) sentences.unshift(stateSentence(pattern.reason));
      return sentences.join(' ');
    },
    probability({ attributeId, side }) {
      const expected = attributeId === null ? null : combined(attributeId).expected;
      if (expected === null || !(expected.se > 0)) return 0.5;
      return normalCdf(((side === 'winner' ? 1 : -1) * expected.effect) / expected.se);
    },
  };
}

/** A claim as a statement for the library: the winner's ad has what helps, the loser's what hurts. */
export function statementOf(claim: Claim, experimentId: string, at: number): Statement {
  const attribute = claim.attributeId === null ? null : attributeOf(claim.attributeId);
  return {
    title: claim.text.slice(0, TITLE_LENGTH).replace(/[\ud800-\udbff]$/, ''),
    statement: claim.text,
    attributeId: attribute?.id ?? null,
    category: attribute?.category ?? CATEGORY_OF[claim.kind] ?? 'best_practice',
    tags: attribute ? [...attribute.tags] : [],
    sign: claim.side === 'winner' ? 1 : -1,
    by: claudeOn(experimentId),
    at,
  };
}
