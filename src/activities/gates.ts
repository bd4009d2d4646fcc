import type { MetaClient } from '../clients/meta/types.js';
import type { GateRow, Observation, Promotion } from '../clients/postgres/records.js';
import type { Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import { atRisk } from '../domain/at-risk.js';
import type { Budgets } from '../domain/budget.js';
import { RULES } from '../domain/evidence/rules.js';
import { bucketsOf, comparedVariants, type Experiment, HOUR_MS, variantOf } from '../domain/experiment.js';
import { type GateCode, type GateFinding, gateFindings, ownChanges, raiseOf } from '../domain/gate.js';
import { harmSentence } from '../domain/harm.js';
import { silentVariants } from '../domain/health.js';
import { METRICS, pairRows } from '../domain/metric.js';
import { budgetsOf } from '../domain/preflight.js';
import { verificationWindow } from '../domain/verification-window.js';
import type { Announce } from '../events.js';
import { callingMeta, permanent } from './failures.js';
import { createInspection, type Inspection } from './inspection.js';
import { createObservationActivities } from './observations.js';
import { createWriteLimits } from './write-limits.js';

/** The gate's answer; a run that began before a field was there replays answers without it. */
export interface GateAnswer {
  /** Sentences; empty where the phase may be written. */
  against: string[];
  /** The budgets as they are; empty where something stands against the phase. */
  current: Budgets;
  /** Of the first sentence. */
  code?: GateCode;
  leadsTo?: 'hold' | 'revert';
  /** How long until all of it is over by itself, experiment ms; null: a person ends it. */
  retryAfterMs?: number | null;
}

/** The gate's name of a day in the verification. */
export const VERIFICATION = 'verification';

/** A day into its window the verification has data of its own to see harm by. */
const FIRST_DAY_MS = 24 * HOUR_MS;

/** What is asked before each phase, and once a day while the lift is verified. */
export function createGateActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
  /** The most that all experiments of the account together may move in a day, major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, meta, clock, announce } = deps;
  const inspect = createInspection(deps);
  const limits = createWriteLimits(deps);
  const { ingest } = createObservationActivities(deps);

  /** Budget changes of the last hour by ad set: what Meta's log knows, a person's too, or our own attempts where they are more. */
  async function recentChanges(
    experimentId: string,
    adSetIds: readonly string[],
    current: Budgets,
    now: number,
  ) {
    const since = now - HOUR_MS;
    const ledger = await store.listLedger(experimentId);
    const entries = adSetIds.map(async (id): Promise<[string, number[]]> => {
      const ours = ownChanges(ledger, id, current[id]!).filter((at) => at > since);
      const logged = (await meta.getBudgetEdits(id, since)).map((edit) => edit.at);
      return [id, logged.length > ours.length ? logged : ours];
    });
    return Object.fromEntries(await callingMeta(() => Promise.all(entries)));
  }

  /** Silence and harm, by the whole buckets that closed by now. Once the lift is verified, that looks for harm itself. */
  async function delivery(experiment: Experiment, promotion: Promotion, phase: string, now: number) {
    await ingest({ experimentId: experiment.id, until: now });
    const { id, startedAt, policy } = experiment;
    const observations = await store.observationsAsKnown({
      experimentId: id,
      since: startedAt,
      granularity: bucketsOf(policy),
      endedBy: now,
      // What was pulled just now was seen after the gate's own instant.
      seenUntil: await clock.now(),
    });
    const winner = promotion.winnerVariantId;
    const silent = experiment.variants.flatMap((variant) =>
      silentVariants({
        variantIds: [variant.id],
        observations,
        startedAt,
        dueAt: now,
        buckets: bucketsOf(policy),
      }).map(({ message }) => ({
        variantId: variant.id,
        message,
      })),
    );
    const ledger = await store.listLedger(id);
    const lastWrite = ledger.findLast((row) => row.outcome === 'applied')?.settledAt ?? null;
    const isVerified =
      phase === VERIFICATION && now >= verificationWindow(policy, promotion.phasesDone).since + FIRST_DAY_MS;
    const rivals = comparedVariants(experiment, now).filter((variant) => variant.id !== winner);
    const since = observations.filter((row) => lastWrite !== null && row.bucketStart >= lastWrite);
    const harm = (isVerified ? [] : rivals).flatMap((rival) => {
      const rows = pairRows(METRICS[policy.objective], since, [rival.id, winner], {
        startedAt,
        until: now - (policy.attributionWindowHours ?? 0) * HOUR_MS,
      });
      const sentence = harmSentence(rows, { objective: policy.objective, winner, rival: rival.id });
      return sentence === null ? [] : [`${sentence}.`];
    });
    return { silent, harm, observations };
  }

  /** Campaigns with a spend cap, and what the test's ads have spent in them since its start. */
  function cappedCampaigns({ context }: Inspection, observations: readonly Observation[]) {
    const campaigns = new Map<string, { id: string; spendCap: number; spent: number }>();
    for (const { variantId, campaign } of context.variants) {
      if (campaign.spendCap === null) continue;
      const known = campaigns.get(campaign.id) ?? { id: campaign.id, spendCap: campaign.spendCap, spent: 0 };
      for (const row of observations) if (row.variantId === variantId) known.spent += row.spend;
      campaigns.set(campaign.id, known);
    }
    return [...campaigns.values()];
  }

  return {
    /**
     * What stands against a phase, or against leaving the budgets as they are in the verification. Its finding is on
     * record. `acceptRisk`: a person has accepted what is at risk beyond the policy's limit.
     */
    async gate(request: { experimentId: string; phase: string; acceptRisk: boolean }): Promise<GateAnswer> {
      const { experimentId, phase, acceptRisk } = request;
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
      const { silent, harm, observations } = await delivery(experiment, promotion, phase, now);
      const shadow = promotion.status === 'shadow';
      const risk = atRisk({ base, targets, winnerAdSetId, interval: promotion.interval });
      const envelope = shadow || wanted === 0 ? undefined : await limits.envelope(now, experiment.currency);
      const findings = gateFindings({
        now,
        currency: experiment.currency,
        winnerVariantId: promotion.winnerVariantId,
        problems,
        account: context.account,
        campaigns: cappedCampaigns(inspection, observations),
        silent,
        harm,
        killSwitch: await store.killSwitch(),
        envelope: envelope
          ? {
              limit: envelope.limit,
              moved: await store.movedBetween(envelope.since, envelope.until),
              wanted,
              resetsAt: envelope.until,
            }
          : null,
        atRisk: risk,
        atRiskLimit: acceptRisk || !planned ? null : (experiment.policy.atRiskLimit ?? null),
        interval: {
          confidence: experiment.policy.confidence,
          adjusted: RULES[experiment.policy.rule].adjusted,
          objective: experiment.policy.objective,
        },
        changes: shadow ? {} : await recentChanges(experimentId, changing, current, now),
      });
      await store.recordGate(experimentId, {
        phase,
        at: now,
        outcome: findings[0]?.leadsTo ?? 'pass',
        findings,
        learning: Object.fromEntries(
          context.variants.map(({ adSet }): [string, GateRow['learning'][string]] => [
            adSet.id,
            { status: adSet.learningStage, lastSignificantEditAt: adSet.lastSignificantEditAt },
          ]),
        ),
        atRisk: risk.amount,
        budgets: current,
        targets: planned ?? {},
        shadow,
      });
      if (findings.length === 0 && shadow && planned) {
        const winner = variantOf(experiment, promotion.winnerVariantId).id;
        announce({
          at: now,
          kind: 'phase',
          experimentId,
          text: `shadow: phase ${phase} of ${winner} would be written now; nothing is`,
        });
      }
      return answerOf(findings, current, now);
    },
  };
}

function answerOf(findings: readonly GateFinding[], current: Budgets, now: number): GateAnswer {
  const [first] = findings;
  if (!first) return { against: [], current };
  const ends = findings.map(({ until }) => until);
  return {
    against: findings.map(({ message }) => message),
    current: {},
    code: findings.find(({ until }) => until === null)?.code ?? first.code,
    leadsTo: first.leadsTo,
    retryAfterMs: ends.includes(null) ? null : Math.max(...ends.map(Number)) - now,
  };
}

export type GateActivities = ReturnType<typeof createGateActivities>;
