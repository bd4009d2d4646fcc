import type { z } from '@hono/zod-openapi';
import type { Pattern, PatternTestLink } from '../../contract/patterns.js';
import { normalUpperQuantile } from '../../domain/evidence/distributions.js';
import type { Effect } from '../../domain/patterns/effects.js';
import { combineEvidence } from '../../domain/patterns/evidence.js';
import { knowledgeFields } from '../../domain/patterns/knowledge.js';
import { evidenceSentence, stateSentence } from '../../domain/patterns/sentences.js';
import { opposes, type Sign } from '../../domain/patterns/state.js';
import { successRate } from '../../domain/patterns/success-rate.js';
import { isoOf, isoOrNull, rounded } from '../http/format.js';
import type { PatternWithTestsAnswer, StatedPatternAnswer } from './responses.js';

export type PatternJson = NonNullable<z.output<typeof StatedPatternAnswer>['pattern']>;
type TestJson = z.output<typeof PatternWithTestsAnswer>['test_results'][number];

const DIGITS = 6;
const relative = (logRatio: number) => rounded(Math.expm1(logRatio), DIGITS);
const relatives = (interval: readonly [number, number]) => interval.map(relative);

export function patternToJson(pattern: Pattern): PatternJson {
  const { own, foreign, uses, shrunk } = pattern;
  const combined = combineEvidence(own, foreign);
  const known = knowledgeFields(pattern, shrunk, uses);
  return {
    content_id: pattern.id,
    kind: pattern.kind,
    title: pattern.title,
    content: pattern.statement,
    attribute_id: pattern.attributeId,
    category: known.category,
    tags: [...known.tags],
    source: known.source,
    state: pattern.state,
    state_reason: stateSentence(pattern.reason),
    basis: combined.basis,
    evidence: evidenceSentence(combined),
    own: effectToJson(own),
    foreign: foreign && { effect: relative(foreign.effect), learned_from: foreign.learnedFrom },
    expected: combined.expected && {
      effect: relative(combined.expected.effect),
      interval: relatives(combined.expected.interval),
    },
    q: pattern.q,
    shrunk_effect: shrunk && relative(shrunk.mean),
    tests: pattern.tests,
    tests_for: pattern.testsFor,
    tests_against: pattern.testsAgainst,
    stated_at: isoOrNull(pattern.statedAt),
    stated_by: pattern.statedBy,
    stated_direction: directionOf(pattern.statedSign),
    later: { result: pattern.later.result, by: effectToJson(pattern.later.effect) },
    wordings: pattern.wordings.map(({ text, by, at, sign }) => ({
      ...{ text, by, at: isoOf(at) },
      direction: directionOf(sign),
      opposes: opposes(pattern.statedSign, sign),
    })),
    confidence_score: rounded(known.confidenceScore, DIGITS),
    usage_count: known.usageCount,
    wins: uses.wins,
    success_rate: rounded(known.successRate, DIGITS),
    success_interval: successRate(uses).interval.map((share) => rounded(share, DIGITS)),
    created_at: isoOf(pattern.createdAt),
    updated_at: isoOf(pattern.updatedAt),
  };
}

function effectToJson(effect: Effect | null) {
  return (
    effect && {
      effect: relative(effect.effect),
      interval: relatives(effect.interval),
      tests: effect.tests,
    }
  );
}

export function directionOf(sign: Sign | null): 'higher' | 'lower' | null {
  return sign && (sign > 0 ? 'higher' : 'lower');
}

const Z = normalUpperQuantile(0.025);

/** What a test says about a pattern. `base`: the path under which the account's API is. */
export function testToJson(
  { experimentId, name, effect, se, startedAt, endedAt }: PatternTestLink,
  { statedSign, statedAt, own }: Pick<Pattern, 'statedSign' | 'statedAt' | 'own'>,
  base: string,
): TestJson {
  const agreement = Math.sign(effect) * (statedSign ?? Math.sign(own?.effect ?? 0));
  return {
    experiment_id: experimentId,
    name,
    href: `${base}/api/ab/experiments/${encodeURIComponent(experimentId)}`,
    effect: relative(effect),
    interval: relatives([effect - Z * se, effect + Z * se]),
    supports: agreement > 0 ? 'for' : agreement < 0 ? 'against' : 'neither',
    began_after_stated: statedAt !== null && startedAt > statedAt,
    start_date: isoOf(startedAt),
    end_date: isoOrNull(endedAt),
  };
}
