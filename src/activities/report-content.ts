import type { FinishedExperiment } from '../clients/postgres/types.js';
import type { ReportContent, ReportedCompound, ReportedLift } from '../contract/messaging.js';
import type { ControlRow, Promotion } from '../contract/records.js';
import { adName } from '../domain/ad-name.js';
import { declarationSentence } from '../domain/earlier-delivery.js';
import { controlOf, type Experiment } from '../domain/experiment.js';
import { compoundReport } from '../domain/reporting/compound-report.js';
import { claimedLift } from '../domain/reporting/lift.js';
import type { LiftSummary } from '../domain/reporting/lift-summary.js';
import type { Prior } from '../domain/reporting/prior.js';
import { reportSentence } from '../domain/reporting/sentences.js';
import { shrunkLift } from '../domain/reporting/shrinkage.js';
import type { KillSwitch } from '../domain/rollout/gate.js';

/** A promotion's own status in words: `completed` only means that the last phase was written, not that it is verified. */
export const STATUS_WORDS: Record<Promotion['status'], string> = {
  in_progress: 'rolling out',
  completed: 'rolled out',
  reverted: 'reverted',
  needs_attention: 'needs attention',
  stopped: 'stopped',
  shadow: 'in shadow',
};

/** The winner's lift over its rival: as it is believed after shrinking, and as it was measured; fractions. */
export function reportedLifts(
  { winnerVariantId, theta, se }: Promotion,
  experiment: Experiment,
  prior: Prior,
): { believed: number; measured: number } {
  const controlWon = winnerVariantId === controlOf(experiment).id;
  const estimate = { theta: controlWon ? -theta : theta, se };
  return {
    believed: shrunkLift(estimate, prior, controlWon ? 'control' : 'challenger'),
    measured: claimedLift(theta),
  };
}

/** When someone started the test: its data may reach back further. */
export function beganAt({ earlierDelivery, startedAt }: Experiment): number {
  return earlierDelivery?.handedOverAt ?? startedAt;
}

/** The figures of a report, as they are kept. `finished`: all decided tests, whatever the report's days. */
export function reportContent(found: {
  promotions: { promotion: Promotion; experiment: Experiment }[];
  running: number;
  /** What someone must act on when the report is made, and why. */
  waiting: { experiment: Experiment; why: string }[];
  /** In the report's days. */
  started: Experiment[];
  controls: (ControlRow & { experimentName: string })[];
  killSwitch: KillSwitch[];
  finished: FinishedExperiment[];
  prior: Prior;
}): ReportContent {
  const { promotions, running, waiting, started, controls, killSwitch, finished, prior } = found;
  return {
    currency: promotions[0]?.experiment.currency ?? null,
    promotions: promotions.map(({ promotion, experiment }) => {
      const { winnerVariantId, plan, status, forced, openedAt } = promotion;
      const { believed, measured } = reportedLifts(promotion, experiment, prior);
      return {
        experimentId: experiment.id,
        name: experiment.name,
        winnerVariantId,
        winnerName: adName(experiment.variants, winnerVariantId),
        status: STATUS_WORDS[status],
        forced,
        declaration: declarationSentence(experiment),
        openedAt,
        promotedAt: experiment.promotedAt,
        believedLift: believed,
        measuredLift: measured,
        before: plan.base[plan.winnerAdSetId] ?? 0,
        after: plan.phases.at(-1)?.targets[plan.winnerAdSetId] ?? 0,
      };
    }),
    running,
    waiting: waiting.map(({ experiment, why }) => ({
      experimentId: experiment.id,
      name: experiment.name,
      state: experiment.state,
      reason: why,
    })),
    started: started.map((one) => ({ experimentId: one.id, name: one.name, startedAt: beganAt(one) })),
    controls: controls.map(({ experimentId, experimentName, kind, by, reason, at, outcome }) => ({
      ...{ experimentId, name: experimentName, kind, by, reason, at, outcome },
    })),
    killSwitch,
    compound: finished.length === 0 ? null : compoundOf(finished),
  };
}

function compoundOf(finished: FinishedExperiment[]): ReportedCompound {
  const report = compoundReport(finished);
  return {
    message: reportSentence(report),
    promotions: report.successfulPromotions,
    shrunk: liftOf(report.shrunk),
    claimed: liftOf(report.claimed),
    verified: report.verified && liftOf(report.verified),
  };
}

function liftOf({ compound, interval }: LiftSummary): ReportedLift {
  return { lift: compound, interval };
}
