import { describe, expect, it } from 'vitest';
import { isObstacle, type MetaErrorKind, obstacleOf } from '../../../src/domain/rollout/obstacle.js';

describe('an obstacle', () => {
  it.each([
    ['auth', 'wait'],
    ['rate', 'wait'],
    ['not_yet', 'wait'],
    ['transient', 'wait'],
    ['permission', 'person'],
    ['policy', 'person'],
    ['version', 'person'],
    ['not_found', 'person'],
    ['invalid', 'person'],
    ['too_large', 'person'],
  ] satisfies [MetaErrorKind, 'wait' | 'person'][])('of class %s: %s', (code, kind) => {
    expect(obstacleOf(code, 'Meta said so.', 5)).toEqual({
      kind,
      code,
      reason: 'Meta said so.',
      retryAfterMs: 5,
    });
  });

  it('is distinguished from an answer and from a refusal', () => {
    expect(isObstacle(obstacleOf('rate', '', null))).toBe(true);
    expect(isObstacle({ current: {} })).toBe(false);
    expect(isObstacle({ kind: 'back', reason: '' })).toBe(false);
  });
});
