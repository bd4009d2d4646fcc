/** A pattern in the fields of the knowledge base that callers know. */

import type { PatternCategory } from '../creative/attribute.js';
import { normalCdf } from '../evidence/distributions.js';
import { successRate, type Uses } from './success-rate.js';

export interface KnowledgeFields {
  category: PatternCategory;
  tags: readonly string[];
  source: 'ab_test_learning';
  /** Probability that the effect has the sign that it seems to have; 0.5 if nothing is known. */
  confidenceScore: number;
  usageCount: number;
  /** Posterior mean. */
  successRate: number;
}

/** `shrunk`: mean and standard deviation of the effect; null if nothing is known. Throws RangeError for impossible uses. */
export function knowledgeFields(
  described: { category: PatternCategory; tags: readonly string[] },
  shrunk: { mean: number; sd: number } | null,
  uses: Uses,
): KnowledgeFields {
  return {
    category: described.category,
    tags: described.tags,
    source: 'ab_test_learning',
    confidenceScore: shrunk && shrunk.sd > 0 ? normalCdf(Math.abs(shrunk.mean) / shrunk.sd) : 0.5,
    usageCount: uses.uses,
    successRate: successRate(uses).mean,
  };
}
