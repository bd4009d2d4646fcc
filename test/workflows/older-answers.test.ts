import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { pausedHold } from '../../src/domain/rollout/hold.js';
import { experimentOf, gateAnswerOf, outcomeOf, readingOf } from '../../src/workflows/older-answers.js';

const START = Date.UTC(2026, 10, 23);

describe('an answer of an older history', () => {
  const older = (state: string, stateCode: string | null) =>
    experimentOf({ state, stateReason: 'Why.', stateCode, stateChangedAt: START } as never);

  it.each([
    ['running', null, { reason: { code: 'recorded', detail: 'Why.' }, hold: null }],
    ['reverting', 'stop', { reason: { code: 'recorded', endsIn: 'stopped' }, hold: null }],
    ['held', 'rate', { hold: { code: 'rate', endsItself: true, since: START } }],
    ['held', 'person', { hold: { code: 'person', endsItself: false } }],
  ])('about an experiment that is %s (%s) gets a reason and a hold', (state, code, expected) => {
    expect(older(state, code)).toMatchObject(expected);
  });

  it('about an experiment keeps the hold that the run has entered', () => {
    const hold = pausedHold(null, START + 1);
    expect(experimentOf({ state: 'held', stateReason: '', stateCode: 'rate' } as never, hold).hold).toBe(
      hold,
    );
  });

  it.each([
    [
      { kind: 'applied', at: 1 },
      { kind: 'done', at: 1 },
    ],
    [
      { kind: 'unknown', waitMs: 5 },
      { kind: 'wait', code: 'unknown_outcome', retryAfterMs: 5 },
    ],
    [
      { kind: 'blocked', cause: 'rate', retryAfterMs: 5, reason: 'r' },
      { kind: 'wait', code: 'rate', reason: 'r' },
    ],
    [
      { kind: 'blocked', cause: 'policy', retryAfterMs: null, reason: 'r' },
      { kind: 'person', code: 'policy' },
    ],
    [
      { kind: 'held', code: 'envelope', retryAfterMs: 5, reason: 'r' },
      { kind: 'wait', code: 'envelope' },
    ],
    [
      { kind: 'held', code: 'kill_switch', retryAfterMs: null, reason: 'r' },
      { kind: 'person', code: 'kill_switch' },
    ],
    [
      { kind: 'refused', reason: 'r' },
      { kind: 'back', reason: 'r' },
    ],
    [
      { kind: 'foreign', reason: 'r' },
      { kind: 'person', code: 'foreign', reason: 'r' },
    ],
    [
      { kind: 'unsafe', reason: 'r' },
      { kind: 'person', code: 'unsafe', reason: 'r' },
    ],
  ] as [Parameters<typeof outcomeOf>[0], object][])('about a write: %o', (recorded, expected) => {
    expect(outcomeOf(recorded)).toMatchObject(expected);
  });

  it.each([
    [
      { against: [], current: { a: 1 } },
      { outcome: { kind: 'done' }, current: { a: 1 } },
    ],
    [{ against: ['x', 'y'], current: {}, leadsTo: 'revert' }, { outcome: { kind: 'back', reason: 'x y' } }],
    [
      { against: ['x'], current: {}, code: 'hour_limit', retryAfterMs: 5 },
      { outcome: { kind: 'wait', code: 'hour_limit' } },
    ],
    [
      { against: ['x'], current: {}, code: 'ad_not_active' },
      { outcome: { kind: 'person', code: 'ad_not_active' } },
    ],
  ] as [Parameters<typeof gateAnswerOf>[0], object][])('of a gate: %o', (recorded, expected) => {
    expect(gateAnswerOf(recorded)).toMatchObject(expected);
  });

  it('of a reading has its obstacles, and stays as it is in the present form', () => {
    const reading = readingOf({
      unreadable: [{ adSetId: '1', kind: 'not_found', retryAfterMs: null, message: 'Gone.' }],
    } as never);
    expect(reading).toMatchObject({
      killSwitch: null,
      unreadable: [{ adSetId: '1', obstacle: { kind: 'person', code: 'not_found', reason: 'Gone.' } }],
    });
    expect(readingOf(reading)).toEqual(reading);
    const experiment = { reason: { code: 'started' } } as Experiment;
    expect(experimentOf(experiment)).toBe(experiment);
  });
});
