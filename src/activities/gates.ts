import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { GateAnswer } from '../contract/activities.js';
import type { Announce } from '../contract/events.js';
import {
  type ControlRow,
  type GateRow,
  type LedgerRow,
  ledgerOf,
  type Promotion,
} from '../contract/records.js';
import { adSetName } from '../domain/ad-name.js';
import { amountsOff, type Budgets, formatAmount } from '../domain/budget.js';
import { RULES } from '../domain/evidence/rules.js';
import { type Experiment, maxStepFactorOf, variantOf } from '../domain/experiment.js';
import { atRisk } from '../domain/rollout/at-risk.js';
import { changedAt, othersChanges, ownChanges } from '../domain/rollout/changes.js';
import { type GateFinding, gateFindings, raiseOf } from '../domain/rollout/gate.js';
import type { Outcome } from '../domain/rollout/obstacle.js';
import { mayHaveReached } from '../domain/rollout/ownership.js';
import { largestStep, type RolloutPlan } from '../domain/rollout/plan.js';
import { type BudgetContext, budgetsOf } from '../domain/rollout/preflight.js';
import { HOUR_MS } from '../domain/time.js';
import { createDelivery, VERIFICATION } from './delivery.js';
import { callingMeta, permanent } from './failures.js';
import { accountFreeze } from './freezes.js';
import { createInspection, type Inspection } from './inspection.js';
import { createWriteLimits } from './write-limits.js';

/** The gate before each phase, and once per day of a hold and of the verification. */
export function createGateActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
  /** The most that all experiments of the account together may move per day, major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, meta, clock, announce } = deps;
  const inspect = createInspection(deps);
  const limits = createWriteLimits(deps);
  const deliveryOf = createDelivery(deps);

  /**
   * Budget changes of the last hour by ad set: our own, and those of others in Meta's log. If the log can't be read, only
   * our own count: that is no reason to hold a rollout.
   */
  async function recentChanges(
    ledger: readonly LedgerRow[],
    adSetIds: readonly string[],
    current: Budgets,
    now: number,
  ): Promise<{ changes: Record<string, number[]>; logTrouble: string | null }> {
    const since = now - HOUR_MS;
    let logTrouble: string | null = null;
    const entries = adSetIds.map(async (id): Promise<[string, number[]]> => {
      const own = ledger.filter(({ adSetId }) => adSetId === id);
      const logged = await meta.getBudgetEdits(id, since).catch((error: unknown) => {
        if (!(error instanceof MetaError)) throw error;
        logTrouble = error.message;
        return [];
      });
      const ours = ownChanges(own, id, current[id]!).map(changedAt);
      const others = othersChanges(own, logged).map(({ at }) => at);
      return [id, [...ours, ...others].filter((at) => at > since)];
    });
    return { changes: Object.fromEntries(await Promise.all(entries)), logTrouble };
  }

  /** Ad sets with another amount than they should have, in words; null if there are none. */
  function offAmounts(
    { currency, variants }: Experiment,
    current: Budgets,
    wanted: Budgets,
    name: string,
  ): string | null {
    const off = amountsOff(current, wanted).map(
      ({ adSetId, amount, wanted }) =>
        `${adSetName(variants, adSetId)} stands at ${formatAmount(amount, currency)}, ${name} was ${formatAmount(wanted, currency)}`,
    );
    return off.length === 0 ? null : off.join('; ');
  }

  /** Campaigns with a spend cap, and how much all of their ads have spent. */
  async function cappedCampaigns({ context }: Inspection) {
    const caps = new Map(context.variants.map(({ campaign }) => [campaign.id, campaign.spendCap]));
    const capped = [...caps].flatMap(([id, spendCap]) => (spendCap === null ? [] : [{ id, spendCap }]));
    const spent = await callingMeta(() => Promise.all(capped.map(({ id }) => meta.getCampaignSpend(id))));
    return capped.map((campaign, index) => ({ ...campaign, spent: spent[index]! }));
  }

  return {
    /**
     * What stands against a phase, or against leaving the budgets as they are while the rollout is held or the lift is
     * verified. The findings go on record.
     */
    async gate(request: { experimentId: string; phase: string }): Promise<GateAnswer> {
      const { experimentId, phase } = request;
      const promotion = await store.getPromotion(experimentId);
      if (!promotion) throw permanent('RecordDisagrees', `experiment ${experimentId} has no promotion`);
      const inspection = await inspect(experimentId);
      const { experiment, context, problems } = inspection;
      const now = await clock.now();
      const { winnerAdSetId, base, phases } = promotion.plan;
      const current = problems.length > 0 ? {} : budgetsOf(context);
      const planned = phases.find(({ name }) => name === phase)?.targets;
      const targets = planned ?? phases.at(-1)!.targets;
      const changing = Object.keys(planned ?? {}).filter((id) => current[id] !== planned![id]);
      const wanted = planned ? raiseOf(current, planned) : 0;
      const ledger = await store.listLedger(experimentId);
      const resumedAt = lastResumption(await store.listControls(experimentId));
      const looked = { phase, now, resumedAt };
      const { silent, harm } = await deliveryOf(experiment, promotion, looked);
      const shadow = promotion.status === 'shadow';
      const risk = atRisk({ base, targets, winnerAdSetId, interval: promotion.interval });
      const envelope = shadow || wanted === 0 ? undefined : await limits.envelope(now, experiment.currency);
      const { changes, logTrouble } = shadow
        ? { changes: {}, logTrouble: null }
        : await recentChanges(ledger, changing, current, now);
      const findings = gateFindings({
        now,
        currency: experiment.currency,
        winnerVariantId: promotion.winnerVariantId,
        findings: [...silent, ...problems],
        account: context.account,
        campaigns: await cappedCampaigns(inspection),
        variantIds: inspection.compared.map(({ id }) => id),
        harm,
        killSwitch: await store.killSwitch(),
        // A phase that has begun is completed.
        freeze: planned && !hasBegun(ledger, promotion, phase) ? await accountFreeze(store, now) : null,
        envelope: envelope
          ? {
              limit: envelope.limit,
              // An attempt at this phase's own raise is part of what it needs, not of what was moved.
              moved: await store.movedBetween(envelope.since, envelope.until, { experimentId, phase }),
              wanted,
              resetsAt: envelope.until,
            }
          : null,
        atRisk: risk,
        atRiskLimit: planned ? (experiment.policy.atRiskLimit ?? null) : null,
        atRiskAccepted: promotion.acceptedRisk ?? null,
        largestStep: planned ? stepOf(experiment, promotion.plan, phase) : null,
        // In shadow no write would find an edit.
        foreign: shadow && planned ? offAmounts(experiment, current, base, 'its base') : null,
        splitChanged:
          phase === VERIFICATION && !shadow
            ? offAmounts(experiment, readable(context), targets, "the last phase's amount")
            : null,
        interval: {
          confidence: experiment.policy.confidence,
          adjusted: RULES[experiment.policy.rule].adjusted,
          objective: experiment.policy.objective,
        },
        changes,
        logTrouble,
      });
      const against = findings.filter(({ leadsTo }) => leadsTo !== 'note');
      await store.recordGate(experimentId, {
        phase,
        at: now,
        outcome: outcomeOf(against),
        findings,
        learning: Object.fromEntries(
          context.variants.map(({ adSet }): [string, GateRow['learning'][string]] => [
            adSet.id,
            { status: adSet.learningStage, lastSignificantEditAt: adSet.lastSignificantEditAt },
          ]),
        ),
        atRisk: risk.amount,
        budgets: phase === VERIFICATION ? readable(context) : current,
        targets: planned ?? {},
        shadow,
      });
      if (against.length === 0 && shadow && planned) {
        const winner = variantOf(experiment, promotion.winnerVariantId).id;
        announce({
          at: now,
          kind: 'phase',
          experimentId,
          text: `shadow: phase ${phase} of ${winner} would be written now; nothing is`,
        });
      }
      return answerOf(against, current, now);
    },

    /** Someone ended the hold that named an amount at risk: that amount is accepted. */
    async acceptRisk(experimentId: string): Promise<void> {
      const asked = (await store.listGates(experimentId)).findLast(({ findings }) =>
        findings.some(({ code }) => code === 'at_risk'),
      );
      if (asked) await store.acceptRisk(experimentId, asked.atRisk);
    },
  };
}

/** The largest step of a phase, with the policy's limit and the name of its ad. */
function stepOf({ policy, variants }: Experiment, plan: RolloutPlan, phase: string) {
  const step = largestStep(plan, phase);
  return { ...step, limit: maxStepFactorOf(policy), name: adSetName(variants, step.adSetId) };
}

/** The daily budgets that could be read, of dropped variants too. */
function readable({ variants, dropped = [] }: BudgetContext): Budgets {
  return Object.fromEntries(
    [...variants, ...dropped].flatMap(({ adSet }) =>
      adSet.dailyBudget === null ? [] : [[adSet.id, adSet.dailyBudget]],
    ),
  );
}

/** Whether a write of this phase may have reached Meta. */
function hasBegun(rows: readonly LedgerRow[], promotion: Promotion, phase: string): boolean {
  return ledgerOf(promotion, rows).some((row) => row.phase === phase && mayHaveReached(row));
}

function lastResumption(controls: readonly ControlRow[]): number | null {
  return controls.findLast(({ kind, outcome }) => kind === 'resume' && outcome === 'accepted')?.at ?? null;
}

/** The findings that revert come first. */
function outcomeOf([first]: readonly GateFinding[]): GateRow['outcome'] {
  if (!first) return 'pass';
  return first.leadsTo === 'revert' ? 'revert' : 'hold';
}

/** A finding that only a user ends names the hold, since it lasts longest. */
function answerOf(findings: readonly GateFinding[], current: Budgets, now: number): GateAnswer {
  const [first] = findings;
  if (!first) return { outcome: { kind: 'done', at: now }, current };
  const reason = findings.map(({ message }) => message).join(' ');
  if (first.leadsTo === 'revert') return { outcome: { kind: 'back', reason }, current: {} };
  const lasting = findings.find(({ until }) => until === null);
  if (lasting) {
    const outcome: Outcome = { kind: 'person', code: lasting.code, retryAfterMs: null, reason };
    return { outcome, current: {} };
  }
  const until = Math.max(...findings.map((finding) => Number(finding.until)));
  const outcome: Outcome = { kind: 'wait', code: first.code, retryAfterMs: until - now, reason };
  // The next try is at the end of the freeze itself, not as long after the answer as it was before it.
  return { outcome: first.code === 'freeze' ? { ...outcome, until } : outcome, current: {} };
}

export type GateActivities = ReturnType<typeof createGateActivities>;
