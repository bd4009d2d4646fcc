import { ledgerRowToJson } from '../../../src/api/rollouts/to-json.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import type { Experiment } from '../../../src/domain/experiment.js';
import { type History, openTimers } from '../../support/timers.js';
import type { Evidence, Played } from './evidence.js';
import type { LiveRun } from './live-run.js';
import { attemptLines, writeLines } from './story.js';

/** The part of the evidence that the service's record and the run itself have. */
export type OnRecord = Omit<
  Evidence,
  | 'trouble'
  | 'nextDueAt'
  | 'running'
  | 'budgets'
  | 'audit'
  | 'raced'
  | 'raceMs'
  | 'readBackMs'
  | 'overdueMs'
  | 'lateBoundMs'
  | 'limits'
  | 'observedAt'
>;

export async function readRecord(store: Store, run: LiveRun, experiment: Experiment): Promise<OnRecord> {
  const promotion = await store.getPromotion(run.id);
  const winner = experiment.variants.find(({ id }) => id === experiment.winnerVariantId);
  return {
    currency: experiment.currency,
    state: experiment.state,
    reason: experiment.reason,
    hold: experiment.hold,
    stateChangedAt: experiment.stateChangedAt,
    initial: run.initial,
    winnerAdSetId: winner?.adSetId ?? run.winnerAdSetId,
    promotion: promotion && {
      base: promotion.plan.base,
      openedAt: promotion.openedAt,
      targets: Object.fromEntries(promotion.plan.phases.map(({ name, targets }) => [name, targets])),
      phasesDone: promotion.phasesDone,
    },
    phases: experiment.policy.phases,
    campaignBudget: run.campaignBudget,
    world: {
      harmless: run.plan.harmless,
      promotionsAsked: run.promotionsAsked,
      promotedByRule: run.plan.promotedBy === 'rule',
      checkEveryHours: run.plan.checkEveryHours,
      turnedAt: run.turnedAt,
      dropped: run.dropped,
    },
    splitsFound: (await store.listGates(run.id))
      .filter(({ findings }) => findings.some(({ code }) => code === 'split_changed'))
      .map(({ at, budgets }) => ({ at, budgets })),
    verification: (await store.getVerification(run.id))?.outcome ?? null,
    ledger: (await store.listLedger(run.id)).map(ledgerRowToJson),
  };
}

/** The run with its whole story: the market's writes come from its audit, the service's attempts from its ledger. */
export function asPlayed(run: LiveRun, evidence: Evidence): Played {
  const { audit, ledger, currency } = evidence;
  run.story.push(...attemptLines(ledger, currency), ...writeLines(audit, currency));
  run.story.sort((x, y) => x.at - y.at);
  return {
    runSeed: run.plan.runSeed,
    evidence,
    faults: run.struck,
    story: run.story,
    promotedAt: run.promotedAt,
  };
}

/** When the next timer that is set fires; null if there is none. */
export function nextTimerOf(history: History): number | null {
  const timers = openTimers(history);
  return timers.length === 0 ? null : Math.min(...timers);
}
