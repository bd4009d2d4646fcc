import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/experiment.js';
import { guardrailsHarmed } from '../../../src/domain/rollout/guardrail-watch.js';
import { WITHOUT_WAIT } from '../../support/without-wait.js';
import { hourAt, START, traffic, USUAL } from '../support/traffic.js';

const DEAR = { ...USUAL, conversions: 0.02 };

/** `until`: of the period, hours. */
function harmed(
  {
    policy = {},
    since = 0,
    until = 96,
    now = 96,
  }: { policy?: Partial<Policy>; since?: number; until?: number; now?: number },
  ads = [USUAL, DEAR],
) {
  return guardrailsHarmed({
    experiment: { policy: { ...DEFAULT_POLICY, ...policy }, startedAt: START, variants: [] },
    winner: 'c1',
    rival: 'control',
    observations: traffic('watch', 96, ads),
    periods: [
      { since: hourAt(since), until: hourAt(until), words: 'since the start of the test' },
      { since: hourAt(since), until: hourAt(until), words: 'once more' },
    ],
    now: hourAt(now),
  });
}

describe('the guardrails of a rollout', () => {
  it('show harm in one sentence per guardrail, in the first period that shows it', () => {
    expect(harmed({})).toEqual([
      expect.stringMatching(
        /^cost per conversion of c1 over control since the start of the test: \+\d+\.\d %, beyond the margin of \+33\.3 %, evidence that the winner is worse E = \S+ ≥ 20\.$/,
      ),
    ]);
  });

  it('show none for equal ads, and none by conversions that are not booked yet', () => {
    expect(harmed({}, [USUAL, USUAL])).toEqual([]);
    expect(harmed({ now: 24 })).toEqual([]);
    expect(harmed({ since: 90 })).toEqual([]);
    expect(harmed({ until: 1 })).toEqual([]);
  });

  it("are not watched under a policy from before they were, nor on the objective's own ratio", () => {
    expect(harmed({ policy: WITHOUT_WAIT })).toEqual([]);
    expect(harmed({ policy: { objective: 'cost_per_conversion' } })).toEqual([]);
  });
});
