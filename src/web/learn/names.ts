/** What users read for the values of the pattern library. */
import type { z } from '@hono/zod-openapi';
import type { PatternsAnswer, PatternWithTestsAnswer } from '../../api/patterns/responses.js';
import type { ATTRIBUTE_GROUPS } from '../../domain/creative/registry.js';
import { percent } from '../format.js';

export type FoundPatternJson = z.output<typeof PatternsAnswer>['patterns'][number];
export type PatternsJson = z.output<typeof PatternsAnswer>;
export type PatternWithTestsJson = z.output<typeof PatternWithTestsAnswer>;
export type PatternJson = Omit<PatternWithTestsJson, 'test_results'>;

export const STATE_NAMES: Record<PatternJson['state'], string> = {
  candidate: 'not established',
  holds: 'holds',
  contradicted: 'contradicted',
  retired: 'retired',
};

export const KIND_NAMES: Record<PatternJson['kind'], string> = {
  measured: 'measured by tests',
  stated: 'stated by someone',
};

export const BASIS_NAMES: Record<PatternJson['basis'], string> = {
  own: 'own tests',
  own_and_foreign: 'own tests and learned elsewhere',
  foreign: 'learned elsewhere',
  none: 'nothing known',
};

export const CATEGORY_NAMES: Record<PatternJson['category'], string> = {
  hook_writing: 'headline and hook',
  visual_design: 'picture',
  best_practice: 'text and offer',
};

export const LATER_NAMES: Record<PatternJson['later']['result'], string> = {
  replicated: 'replicated',
  contradicted: 'contradicted',
  open: 'open',
};

/** Subjects of attributes. */
export const GROUP_NAMES: Record<keyof typeof ATTRIBUTE_GROUPS, string> = {
  offer: 'Offer and text',
  picture: 'Picture',
  form: 'Punctuation, numbers and capitals',
  length: 'Length',
  opening: 'How the headline begins',
  people: 'People',
  story: 'Story and curiosity',
  feeling: 'Tone and feeling',
};

/** Both ends of an interval of relative changes, fractions. */
export function rangeText(interval: readonly number[]): string {
  return interval.map(percent).join(' to ');
}

/** `1 test`, `12 tests`. */
export function testsText(count: number): string {
  return count === 1 ? '1 test' : `${count} tests`;
}

/** How often ads that used it won. */
export function successText({
  usage_count: uses,
  wins,
  success_rate: rate,
  success_interval,
}: PatternJson): string {
  if (uses === 0) return 'not used yet';
  const [low, high] = success_interval.map((end) => Math.round(end * 100));
  return `won ${wins} of ${uses}: success rate ${Math.round(rate * 100)} % (90 % interval ${low} to ${high} %)`;
}
