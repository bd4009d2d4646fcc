/** What happens next to an experiment by itself, as the record knows it. */
import { nextCheckAt } from '../decision/check-grid.js';
import type { Experiment } from '../experiment.js';
import { type FreezeWindow, freezeAt } from '../rollout/freeze.js';
import type { RolloutPlan } from '../rollout/plan.js';
import { HOUR_MS } from '../time.js';
import { nextVerificationAt, type VerificationWindow, verificationWindow } from '../verification/window.js';

export interface NextEvent {
  /** Epoch ms. In the past if the service is late. */
  at: number;
  /** A noun phrase, e.g. `phase 70`. */
  what: string;
}

export interface NextEventFacts {
  experiment: Pick<
    Experiment,
    'id' | 'state' | 'hold' | 'policy' | 'startedAt' | 'stateChangedAt' | 'earlierDelivery'
  >;
  /** Null before a rollout. */
  rollout: { plan: RolloutPlan; phasesDone: Record<string, number> } | null;
  /** Cut-off of the last look, epoch ms; null before the first. */
  lastLookAt: number | null;
  /** The account's freeze windows: no phase begins in them. */
  windows: readonly FreezeWindow[];
  now: number;
}

/** The phase at the end of the freeze that it falls into, or as it is. */
export function afterFreeze(phase: NextEvent, windows: readonly FreezeWindow[]): NextEvent {
  const freeze = freezeAt(windows, phase.at);
  return freeze
    ? { at: freeze.until, what: `${phase.what}, after the freeze (${freeze.names.join(', ')})` }
    : phase;
}

/** What happens if nobody approves in time. */
const LAPSE =
  'without your approval the request lapses: nothing is promoted now, and the test goes on until its planned end';

/** What a look of a running test at this instant is called. */
function lookName({ policy, startedAt }: Pick<Experiment, 'policy' | 'startedAt'>, at: number): string {
  return at >= startedAt + policy.horizonHours * HOUR_MS ? 'the last look' : 'the next look';
}

/** What a day of the verification at this instant brings. */
function verificationName({ judgedAt }: Pick<VerificationWindow, 'judgedAt'>, at: number): string {
  return at >= judgedAt ? 'the result of the verification' : 'the daily check of the verification';
}

/** What users read of the instant for which the experiment waits; null if the state doesn't tell. */
export function nameOfNext(
  experiment: Pick<Experiment, 'state' | 'policy' | 'startedAt'>,
  window: VerificationWindow | null,
  at: number,
): string | null {
  switch (experiment.state) {
    case 'running':
      return lookName(experiment, at);
    case 'awaiting_approval':
      return LAPSE;
    case 'verifying':
      return window && verificationName(window, at);
    default:
      return null;
  }
}

/** Null if nothing happens until someone acts, or if the experiment has ended. */
export function nextEvent({
  experiment,
  rollout,
  lastLookAt,
  windows,
  now,
}: NextEventFacts): NextEvent | null {
  const { id, state, policy, startedAt, stateChangedAt, hold, earlierDelivery } = experiment;
  switch (state) {
    case 'running': {
      const { checkEveryHours, horizonHours } = policy;
      const at = nextCheckAt(
        { experimentId: id, startedAt, checkEveryHours, horizonHours },
        lastLookAt,
        lastLookAt ?? earlierDelivery?.handedOverAt ?? startedAt,
      );
      return { at, what: lookName(experiment, at) };
    }
    case 'awaiting_approval':
      return {
        at: stateChangedAt + policy.approvalHours * HOUR_MS,
        what: 'the end of the wait for approval',
      };
    case 'rolling_out': {
      const next = rollout?.plan.phases.find(({ name }) => rollout.phasesDone[name] === undefined);
      if (!next || !rollout) return null;
      const last = Math.max(stateChangedAt, ...Object.values(rollout.phasesDone));
      return afterFreeze({ at: last + next.waitHours * HOUR_MS, what: `phase ${next.name}` }, windows);
    }
    case 'held':
      if (!hold?.endsItself || hold.tryAt === null) return null;
      return { at: hold.tryAt, what: hold.code === 'freeze' ? 'the end of the freeze' : 'the next try' };
    case 'verifying': {
      if (!rollout || Object.keys(rollout.phasesDone).length === 0) return null;
      const window = verificationWindow(policy, rollout.phasesDone);
      const next = nextVerificationAt(window, now, now);
      const at = Math.min(next, window.judgedAt);
      return { at, what: verificationName(window, at) };
    }
    default:
      return null;
  }
}
