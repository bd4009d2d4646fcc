/**
 * Runs that began before reasons and outcomes were data have other answers of activities in their histories. They are read
 * here, so that every other file knows one form. Delete this file when no such run is open any more.
 */
import { patched } from '@temporalio/workflow';
import type { BudgetReading, GateAnswer } from '../contract/activities.js';
import type { Experiment } from '../domain/experiment.js';
import { type Hold, pausedHold } from '../domain/rollout/hold.js';
import {
  type MetaErrorKind,
  type ObstacleCode,
  type Outcome,
  obstacleOf,
} from '../domain/rollout/obstacle.js';

type OlderExperiment = Omit<Experiment, 'reason' | 'hold'> & {
  stateReason: string;
  stateCode: string | null;
};

type OlderOutcome =
  | { kind: 'applied'; at: number }
  | { kind: 'unknown'; waitMs: number }
  | { kind: 'blocked'; cause: MetaErrorKind; retryAfterMs: number | null; reason: string }
  | { kind: 'held'; code: ObstacleCode; retryAfterMs: number | null; reason: string }
  | { kind: 'refused' | 'foreign' | 'unsafe'; reason: string };

interface OlderGateAnswer {
  against: string[];
  current: GateAnswer['current'];
  code?: ObstacleCode;
  leadsTo?: 'hold' | 'revert';
  retryAfterMs?: number | null;
}

type OlderReading = Omit<BudgetReading, 'unreadable' | 'killSwitch'> & {
  unreadable?: { adSetId: string; kind: MetaErrorKind; retryAfterMs: number | null; message: string }[];
  killSwitch?: string | null;
};

/** Codes of holds that ended without anyone's help. */
const ENDED_ITSELF = ['auth', 'rate', 'not_yet', 'transient', 'envelope', 'hour_limit', 'too_old'];

/** `hold`: the one that this run has entered with it. */
export function experimentOf(recorded: Experiment | OlderExperiment, hold: Hold | null = null): Experiment {
  if ('reason' in recorded) return recorded;
  const { stateReason: detail, stateCode: code, ...rest } = recorded;
  const held =
    rest.state === 'held' ? { ...pausedHold(null, rest.stateChangedAt), code: code as Hold['code'] } : null;
  return {
    ...rest,
    reason: { code: 'recorded', detail, ...(code === 'stop' ? { endsIn: 'stopped' as const } : {}) },
    hold: hold ?? (held && { ...held, endsItself: ENDED_ITSELF.includes(held.code) }),
  };
}

export function outcomeOf(recorded: Outcome | OlderOutcome): Outcome {
  switch (recorded.kind) {
    case 'applied':
      return { ...recorded, kind: 'done' };
    case 'unknown':
      return {
        kind: 'wait',
        code: 'unknown_outcome',
        retryAfterMs: recorded.waitMs,
        reason: 'A write had no answer.',
      };
    case 'blocked':
      return obstacleOf(recorded.cause, recorded.reason, recorded.retryAfterMs);
    case 'held':
      return { ...recorded, kind: recorded.retryAfterMs === null ? 'person' : 'wait' };
    case 'refused':
      return { ...recorded, kind: 'back' };
    case 'foreign':
    case 'unsafe':
      return { kind: 'person', code: recorded.kind, retryAfterMs: null, reason: recorded.reason };
    default:
      return recorded;
  }
}

export function gateAnswerOf(recorded: GateAnswer | OlderGateAnswer): GateAnswer {
  if ('outcome' in recorded) return recorded;
  const { against, current, code, leadsTo, retryAfterMs = null } = recorded;
  const reason = against.join(' ');
  if (against.length === 0) return { outcome: { kind: 'done', at: 0 }, current };
  if (leadsTo === 'revert') return { outcome: { kind: 'back', reason }, current };
  const kind = retryAfterMs === null ? 'person' : 'wait';
  return { outcome: { kind, code: code ?? 'harm', retryAfterMs, reason }, current };
}

export function readingOf(recorded: BudgetReading | OlderReading): BudgetReading {
  const { unreadable = [], killSwitch = null } = recorded;
  return {
    ...recorded,
    killSwitch,
    unreadable: unreadable.map((each) =>
      'obstacle' in each
        ? each
        : { adSetId: each.adSetId, obstacle: obstacleOf(each.kind, each.message, each.retryAfterMs) },
    ),
  };
}

/** Whether this run keeps its holds on record. */
export function keepsHolds(): boolean {
  return patched('hold-on-record');
}
