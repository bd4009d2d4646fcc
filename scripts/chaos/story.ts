import { HOUR_MS } from '../../src/domain/experiment.js';
import type { StoryLine } from './evidence.js';

/** A run's story in the order of its instants, which count in hours from the promotion. */
export function tell(story: readonly StoryLine[], promotedAt: number): string[] {
  return story.map(({ at, what }) => `${((at - promotedAt) / HOUR_MS).toFixed(4).padStart(9)} h  ${what}`);
}
