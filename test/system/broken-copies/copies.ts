import type { Mutation } from '../../support/mutant.js';
import { MUTANTS } from '../chaos/mutants.js';

/** A copy of the service with one fault, and the test that must fail on it. */
export interface BrokenCopy {
  /** What the copy does wrong, in a sentence. */
  fault: string;
  /** Several if the service guards against the fault in more than one place. */
  mutations: Mutation[];
  /** Relative to the repository. */
  test: string;
  /** Part of the test's name; default: all tests of the file run, and at least one must fail. */
  named?: string;
}

const WORKFLOWS = 'test/workflows';

/** An audit found the first five: no test caught them then. */
export const BROKEN_COPIES: Record<string, BrokenCopy> = {
  day_in_utc: {
    fault: "the account's day is computed in UTC",
    mutations: MUTANTS.account_day_in_utc!,
    test: 'test/activities/account-day.test.ts',
  },
  every_currency_has_cents: {
    fault: 'the envelope is multiplied by 100 in every currency',
    mutations: MUTANTS.every_currency_has_cents!,
    test: 'test/activities/yen.test.ts',
  },
  recorded_control_ignored: {
    fault: 'a recorded control is carried out again if its id is sent again',
    mutations: [
      {
        file: 'src/activities/experiments.ts',
        find: '.find((row) => row.controlId === controlId) ?? null;',
        replace: '.find((row) => row.controlId === controlId && row.at < 0) ?? null;',
      },
    ],
    test: `${WORKFLOWS}/faults.test.ts`,
    named: 'acts once on a control that is sent twice',
  },
  silence_of_six_hours: {
    fault: "the limit of Meta's silence is 6 hours instead of 24",
    mutations: [
      {
        file: 'src/domain/rollout/hold.ts',
        find: 'const SILENCE_MS = 24 * HOUR_MS;',
        replace: 'const SILENCE_MS = 6 * HOUR_MS;',
      },
    ],
    test: `${WORKFLOWS}/adrift.test.ts`,
    named: 'reads that fail without end',
  },
  best_interval_of_three: {
    fault: 'with three ads the best interval is used as the worst',
    mutations: [
      {
        file: 'src/domain/decision/pairs.ts',
        find: 'return each[0] < worst[0] ? each : worst;',
        replace: 'return each[0] > worst[0] ? each : worst;',
      },
    ],
    test: `${WORKFLOWS}/three-ads.test.ts`,
  },
  harm_from_the_last_write: {
    fault: 'evidence of harm counts only from the last write',
    mutations: MUTANTS.harm_from_last_write!,
    test: `${WORKFLOWS}/fresh-evidence.test.ts`,
    named: 'writes nothing if the evidence turned',
  },
  old_decision: {
    fault: 'a decision that has moved no money never lapses',
    mutations: MUTANTS.old_decision_carried_out!,
    test: `${WORKFLOWS}/fresh-evidence.test.ts`,
    named: 'withdraws a decision',
  },
  dropped_winner: {
    fault: 'a variant that was dropped while its decision waited is promoted',
    mutations: MUTANTS.dropped_winner_promoted!,
    test: `${WORKFLOWS}/fresh-evidence.test.ts`,
    named: 'never promotes a variant that was dropped',
  },
  retries_forgotten: {
    fault: 'a run that continues as new forgets how often a held phase was tried',
    mutations: [
      {
        file: 'src/clients/postgres/experiments.ts',
        find: '    hold: row.hold,',
        replace: '    hold: row.hold && { ...row.hold, tries: 0 },',
      },
    ],
    test: `${WORKFLOWS}/holding.test.ts`,
  },
  write_of_any_age: {
    fault: 'a write is sent even if its evidence is too old',
    mutations: [
      {
        file: 'src/activities/budget-attempt.ts',
        find: 'const over = bases.find(({ until }) => now >= until);',
        replace: 'const over = bases.find(({ until }) => now >= 2 * until);',
      },
    ],
    test: 'test/activities/budgets.test.ts',
    named: 'is not sent if ',
  },
  too_old_waits_for_a_resume: {
    fault: 'a phase whose gate is too old is held until someone resumes it',
    mutations: [
      {
        file: 'src/activities/budget-attempt.ts',
        find: "{ kind: 'wait', code: 'too_old', retryAfterMs: 0,",
        replace: "{ kind: 'person', code: 'too_old', retryAfterMs: null,",
      },
    ],
    test: `${WORKFLOWS}/holding.test.ts`,
    named: 'is evaluated again and ends by itself',
  },
  split_not_compared: {
    fault: 'nobody compares the split during the verification',
    mutations: MUTANTS.split_not_compared!,
    test: `${WORKFLOWS}/verification.test.ts`,
    named: 'reports a budget that someone changed',
  },
  silence_on_the_clock: {
    fault: "the service's downtime counts as silence of Meta",
    mutations: [
      {
        file: 'src/domain/rollout/hold.ts',
        find: 'Math.max(0, Math.min(now, same.tryAt ?? now) - same.failedAt)',
        replace: 'now - same.failedAt',
      },
    ],
    test: `${WORKFLOWS}/downtime.test.ts`,
  },
  freeze_amid_phase: {
    fault: 'a freeze stops a phase between its cut and its raise',
    mutations: [
      {
        file: 'src/activities/gates.ts',
        find: 'planned && !hasBegun(ledger, promotion, phase) ?',
        replace: 'planned ?',
      },
    ],
    test: `${WORKFLOWS}/holding.test.ts`,
    named: 'lets a phase that has begun be completed',
  },
  frozen_decision_lapses: {
    fault: 'a decision lapses in a freeze',
    mutations: [
      {
        file: 'src/workflows/holding.ts',
        find: "return state === 'held' && isFreeze(hold) ? Math.max(lapses, hold.tryAt ?? 0) : lapses;",
        replace: 'return state && hold ? lapses : lapses;',
      },
    ],
    test: `${WORKFLOWS}/holding.test.ts`,
    named: 'before the first write outlasts the decision',
  },
  extended_sequential: {
    fault: 'a test by the sequential rule can be extended',
    mutations: [
      {
        file: 'src/domain/extension.ts',
        find: "    case 'anytime':\n      return null;\n    case 'sequential':",
        replace: "    case 'anytime':\n    case 'sequential':\n      if (horizonHours) return null;",
      },
    ],
    test: `${WORKFLOWS}/running.test.ts`,
    named: 'refuses a longer test if the rule has spent its error',
  },
  any_resume_accepts: {
    fault: 'resuming any hold accepts the risk',
    mutations: [
      {
        file: 'src/activities/gates.ts',
        find: 'atRiskAccepted: promotion.acceptedRisk ?? null,',
        replace: 'atRiskAccepted: resumedAt === null ? null : risk.amount,',
      },
    ],
    test: `${WORKFLOWS}/fresh-evidence.test.ts`,
    named: 'accepts a risk only by',
  },
  late_effect_of_30_s: {
    fault: 'the wait after a write of unknown outcome is half a minute',
    mutations: [
      {
        file: 'src/service/worker.ts',
        find: 'const LATE_EFFECT_MS = HOUR_MS / 12;',
        replace: 'const LATE_EFFECT_MS = HOUR_MS / 120;',
      },
    ],
    test: 'test/service/worker.test.ts',
  },
  undeclared_delivery_counts: {
    fault: 'delivery before the handover counts although nobody declared that the test was planned',
    mutations: [
      {
        file: 'src/api/experiments/creation/register.ts',
        find: 'const planned = declared ? await',
        replace: 'const planned = true ? await',
      },
    ],
    test: 'test/api/experiments/creation/earlier-delivery.test.ts',
    named: 'shows what they did before the handover and starts at the handover',
  },
  chosen_start: {
    fault:
      'delivery counts from the first common bucket of the last planned duration, so a user could choose the date',
    mutations: [
      {
        file: 'src/api/experiments/creation/planned-start.ts',
        find: 'const began = Math.max(now - OLDEST_MS,',
        replace: 'const began = Math.max(now - policy.horizonHours * HOUR_MS,',
      },
    ],
    test: 'test/api/experiments/creation/earlier-delivery.test.ts',
    named: 'counts from the first bucket ever',
  },
  phases_bunched: {
    fault: 'the wait of each phase is counted from the opening, so phases are bunched after a downtime',
    mutations: [
      {
        file: 'src/workflows/rollout.ts',
        find: 'phasesDone[before.name]! + phase.waitHours * HOUR_MS',
        replace: 'run.promotion.openedAt + phase.waitHours * HOUR_MS',
      },
    ],
    test: `${WORKFLOWS}/waits.test.ts`,
    named: 'after a downtime is counted from the previous phase',
  },
  needs_attention_after_an_hour: {
    fault: 'a revert that fails needs attention after an hour already',
    mutations: [
      {
        file: 'src/workflows/compensation.ts',
        find: 'const RESTORE_WINDOW_MS = 24 * HOUR_MS;',
        replace: 'const RESTORE_WINDOW_MS = HOUR_MS;',
      },
    ],
    test: `${WORKFLOWS}/waits.test.ts`,
    named: 'in a revert that Meta refuses',
  },
  last_read_too_soon: {
    fault: 'after a revert, late writes are watched for only 15 minutes',
    mutations: [
      {
        file: 'src/workflows/compensation.ts',
        find: '[5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS]',
        replace: '[5 * MINUTE_MS, 15 * MINUTE_MS]',
      },
    ],
    test: `${WORKFLOWS}/waits.test.ts`,
    named: 'after a revert watches for an hour',
  },
};
