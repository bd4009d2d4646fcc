import { MINIMUM_CLUSTERS } from '../../../domain/evidence/sequential.js';
import { bookedAfterHours, bucketsOf, type Policy, strataOf } from '../../../domain/experiment.js';
import { METRICS } from '../../../domain/metric.js';
import { leastRecheckDays } from '../../../domain/verification/window.js';
import type { FieldProblem } from '../../http/problems.js';

/** Checks the fields of a policy against each other; `requests.ts` has the bounds of each field. */
export function policyProblems(policy: Policy): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (policy.horizonHours < policy.minimumRunHours)
    problems.push({
      field: 'policy.horizon_hours',
      message: `must be at least minimum_run_hours (${policy.horizonHours} < ${policy.minimumRunHours})`,
    });
  if (policy.strict && policy.rule !== 'sequential')
    problems.push({
      field: 'policy.strict',
      message: `is a form of the rule sequential, not of ${policy.rule}`,
    });
  if (policy.dropBeaten && policy.approvalRequired)
    problems.push({
      field: 'policy.drop_beaten',
      message: 'moves budgets without an approval, but approval_required is true: set one of them to false',
    });
  if (strataOf(policy) === 'segment' && policy.rule !== 'sequential')
    problems.push({
      field: 'policy.strata',
      message: `must be hour: only the rule sequential weighs segments, not ${policy.rule}`,
    });
  const metric = METRICS[policy.objective];
  if (policy.rule === 'welch' && !metric.welch)
    problems.push({
      field: 'policy.rule',
      message: `welch only compares click_through_rate, not ${policy.objective}`,
    });
  if (metric.attribution) {
    const known = policy.minimumRunHours + policy.attributionWindowHours;
    if (policy.horizonHours < known)
      problems.push({
        field: 'policy.horizon_hours',
        message: `must be at least minimum_run_hours plus attribution_window_hours, since conversions are complete only after that window (${policy.horizonHours} < ${known})`,
      });
  }
  problems.push(...dayProblems(policy));
  if (policy.checkEveryHours > policy.horizonHours)
    problems.push({
      field: 'policy.check_every_hours',
      message: `must be at most horizon_hours (${policy.checkEveryHours} > ${policy.horizonHours})`,
    });
  problems.push(...recheckProblems(policy));
  policy.phases.forEach((phase, index) => {
    const before = policy.phases[index - 1];
    if (before === undefined) {
      if (phase.waitHours !== 0)
        problems.push({
          field: 'policy.phases[0].wait_hours',
          message: 'must be 0: the first phase is written at once',
        });
      return;
    }
    if (phase.winnerShare <= before.winnerShare)
      problems.push({
        field: `policy.phases[${index}].winner_share`,
        message: `must be more than in the previous phase (${phase.winnerShare} <= ${before.winnerShare})`,
      });
    if (phase.waitHours < MINIMUM_WAIT_HOURS)
      problems.push({
        field: `policy.phases[${index}].wait_hours`,
        message: `must be at least ${MINIMUM_WAIT_HOURS}: Meta allows 4 budget changes per hour and ad set, and one must be left for a revert`,
      });
  });
  return problems;
}

const MINIMUM_WAIT_HOURS = 0.5;

/** The recheck measures a window of its own, so the one of the verification must be over. */
function recheckProblems({ recheckDays, verification }: Policy): FieldProblem[] {
  const least = leastRecheckDays(verification);
  if (recheckDays == null || recheckDays >= least) return [];
  const { settleHours, windowHours } = verification;
  return [
    {
      field: 'policy.recheck_days',
      message: `must be at least ${least}: the verification lasts settle_hours plus window_hours, ${settleHours} + ${windowHours} h (${recheckDays} < ${least})`,
    },
  ];
}

/**
 * With day buckets or segments, the horizon must have room for the whole days that the rule needs. The day of the start is
 * not whole. One day has enough cells unless days are the clusters.
 */
function dayProblems(policy: Policy): FieldProblem[] {
  const bySegment = strataOf(policy) === 'segment';
  if (bucketsOf(policy) === 'hour' && !bySegment) return [];
  const areClusters = bySegment ? policy.strict : true;
  const days = policy.rule === 'sequential' && areClusters ? MINIMUM_CLUSTERS : 1;
  const booked = bookedAfterHours(policy);
  const needed = 24 * (days + 1) + booked;
  if (policy.horizonHours >= needed) return [];
  const known = METRICS[policy.objective].attribution ? ` plus attribution_window_hours (${booked})` : '';
  return [
    {
      field: 'policy.horizon_hours',
      message: `must leave room for ${days} whole ${days === 1 ? 'day' : 'days'} after the day of the start${known} if ${bySegment ? 'strata are segments' : 'buckets are days'} (${policy.horizonHours} < ${needed})`,
    },
  ];
}
