import type { ExperimentClock } from '../clients/clock.js';
import type { Store } from '../clients/postgres/types.js';
import type { VerificationLook } from '../contract/activities.js';
import type { Promotion, Verification } from '../contract/records.js';
import { amountsOff, stoodAt } from '../domain/budget.js';
import { bucketsOf } from '../domain/experiment.js';
import { verificationMessage } from '../domain/messages/rollout-messages.js';
import { judge, unreadSentence } from '../domain/verification/verification.js';
import { verificationWindow } from '../domain/verification/window.js';
import { VERIFICATION } from './delivery.js';
import { accountHistory } from './drift-history.js';
import { permanent } from './failures.js';
import { NO_OUTBOX, type Outbox } from './outbox.js';

interface Asked {
  experimentId: string;
  /** The cut-off; epoch ms. */
  dueAt: number;
}

/** Verifies a promoted winner with the observations on record. The workflow ingests new ones first. */
export function createVerificationActivities(deps: {
  store: Store;
  clock: ExperimentClock;
  /** Unset: there is no hook. */
  outbox?: Outbox;
}) {
  const { store, clock, outbox = NO_OUTBOX } = deps;

  async function weigh({ experimentId, dueAt }: Asked) {
    const experiment = await store.getExperiment(experimentId);
    const promotion = await store.getPromotion(experimentId);
    if (!experiment || !promotion)
      throw permanent('RecordDisagrees', `experiment ${experimentId} has no promotion`);
    const window = verificationWindow(experiment.policy, promotion.phasesDone);
    const seenUntil = await clock.now();
    const observations = await store.observationsAsKnown({
      experimentId,
      since: window.since,
      granularity: bucketsOf(experiment.policy),
      endedBy: Math.min(dueAt, window.until),
      seenUntil,
    });
    const splitChanged = await changeOfSplit(promotion, experiment.currency);
    const history = await accountHistory(store, experiment.policy.objective);
    return {
      experiment,
      promotion,
      seenUntil,
      splitChanged,
      verdict: judge({ experiment, promotion, observations, dueAt, history, splitChanged }),
    };
  }

  /** The budgets that daily gates found off the last phase's split, each ad set once; null if no gate found any. */
  async function changeOfSplit({ experimentId, plan }: Promotion, currency: string): Promise<string | null> {
    const gates = (await store.listGates(experimentId)).filter(
      ({ phase, findings }) =>
        phase === VERIFICATION && findings.some(({ code }) => code === 'split_changed'),
    );
    if (gates.length === 0) return null;
    const { targets } = plan.phases.at(-1)!;
    const off = gates.flatMap(({ budgets }) => amountsOff(budgets, targets));
    if (off.length === 0) return 'the amounts are not on record';
    return off
      .filter(({ adSetId }, index) => off.findIndex((other) => other.adSetId === adSetId) === index)
      .map(({ adSetId, amount, wanted }) => stoodAt(adSetId, amount, wanted, currency))
      .join('; ');
  }

  async function stored(experimentId: string): Promise<VerificationLook | null> {
    const found = await store.getVerification(experimentId);
    return found && lookOf(found);
  }

  async function keep(
    found: Omit<Verification, 'decidedAt'>,
    { experiment, promotion: { plan } }: Pick<Awaited<ReturnType<typeof weigh>>, 'experiment' | 'promotion'>,
  ): Promise<VerificationLook> {
    const decidedAt = await clock.now();
    const { outcome, message } = found;
    const { targets } = plan.phases.at(-1)!;
    const told = verificationMessage({
      experiment,
      outcome,
      message,
      targets,
      base: plan.base,
      at: decidedAt,
    });
    const kept = await store.saveVerification({ ...found, decidedAt }, outbox.entryOf(told));
    if (told) await outbox.wake(told.kind);
    return lookOf(kept);
  }

  return {
    /**
     * Looks for harm and, when the window is due for judgement, for the outcome. An outcome is recorded once: later calls
     * return the stored one, whatever has become known since.
     */
    async checkVerification(asked: Asked): Promise<VerificationLook> {
      const known = await stored(asked.experimentId);
      if (known) return known;
      const weighed = await weigh(asked);
      const { seenUntil, verdict } = weighed;
      const { outcome } = verdict;
      return outcome === null ? lookOf(verdict) : keep({ ...verdict, ...asked, outcome, seenUntil }, weighed);
    },

    /**
     * Ends a verification whose window can't be read: `not_verified`, unless the data read before shows harm. There may
     * be too little data for any other outcome.
     */
    async giveUpVerification({ trouble, ...asked }: Asked & { trouble: string }): Promise<VerificationLook> {
      const known = await stored(asked.experimentId);
      if (known) return known;
      const weighed = await weigh(asked);
      const { experiment, promotion, seenUntil, splitChanged, verdict } = weighed;
      if (verdict.outcome === 'reverted')
        return keep({ ...verdict, ...asked, outcome: 'reverted', seenUntil }, weighed);
      const message = unreadSentence(experiment.policy, promotion, trouble, splitChanged);
      return keep({ ...verdict, ...asked, outcome: 'not_verified', message, seenUntil }, weighed);
    },
  };
}

function lookOf({ message, outcome }: VerificationLook): VerificationLook {
  return { message, outcome };
}

export type VerificationActivities = ReturnType<typeof createVerificationActivities>;
