import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import { EnvelopeUsedUp } from '../clients/postgres/errors.js';
import type { Store } from '../clients/postgres/types.js';
import type { BudgetReading } from '../contract/activities.js';
import type { Announce } from '../contract/events.js';
import type { LedgerRow, Promotion } from '../contract/records.js';
import { type Budgets, formatAmount, totalOf } from '../domain/budget.js';
import { decisionLapsesAt } from '../domain/decision/check-grid.js';
import { type Experiment, type ExperimentState, variantOf } from '../domain/experiment.js';
import { atRisk } from '../domain/rollout/at-risk.js';
import { othersChanges } from '../domain/rollout/changes.js';
import { type Outcome, obstacleOf } from '../domain/rollout/obstacle.js';
import { expectedValues, foreignValues, mayHaveReached, ownValues } from '../domain/rollout/ownership.js';
import { instantOf } from '../domain/time.js';
import { type Basis, blockedBy, createSender, REVERT, unknownOutcome, WRITES_OFF } from './budget-attempt.js';
import { createBudgetReader, unreadableOf, whose } from './budget-reading.js';
import { callingMeta, permanent } from './failures.js';
import { createWriteLimits, killSwitchHold } from './write-limits.js';

/** States of the record in which a phase, or a compensating write, may be written. */
const PHASE_STATES: readonly ExperimentState[] = ['rolling_out'];
const REVERT_STATES: readonly ExperimentState[] = ['reverting', 'needs_attention'];

/** How long a phase's writes may rest on its gate, in waits after an unknown outcome; an hour in live. */
const GATE_WAITS = 12;

const isOpen = (row: LedgerRow) => row.outcome === 'pending' || row.outcome === 'unknown';
const openAttempts = (ledger: readonly LedgerRow[]) => ledger.filter(isOpen);

/** A run that was reset, or lost and replaced, must not act on what it believes: the record is right. */
function outOfDate(experiment: Experiment, phase: string) {
  return permanent(
    'RecordDisagrees',
    `${phase === REVERT ? 'a revert' : `phase ${phase}`} doesn't fit: the record says ${experiment.state}`,
  );
}

/** Reads and writes of ad-set budgets; the only place that changes money. */
export function createBudgetActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
  /** Longer than any request in flight and any late effect, experiment ms. */
  unknownOutcomeWaitMs: number;
  /** False: a live account that no write was allowed for. */
  writesAllowed: boolean;
  /** The most that all experiments of the account together may move in a day, major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, meta, clock, announce } = deps;
  const send = createSender(deps);
  const readEach = createBudgetReader(meta);
  const limits = createWriteLimits(deps);

  async function load(experimentId: string) {
    const experiment = await store.getExperiment(experimentId);
    const promotion = await store.getPromotion(experimentId);
    if (!experiment || !promotion)
      throw permanent('RecordDisagrees', `experiment ${experimentId} has no promotion`);
    return { experiment, promotion, ledger: await store.listLedger(experimentId) };
  }

  /** Of several open attempts only the last can still be on its way: none is entered while another is. */
  function openUntil(ledger: readonly LedgerRow[]): number | null {
    const last = ledger.at(-1);
    if (!last || !isOpen(last)) return null;
    return (last.settledAt ?? last.at) + deps.unknownOutcomeWaitMs;
  }

  /** What a phase's write rests on. The way back rests on nothing that ages. */
  async function basesOf(
    { experiment, promotion, ledger }: Awaited<ReturnType<typeof load>>,
    phase: string,
  ): Promise<Basis[]> {
    if (phase === REVERT) return [];
    const bases: Basis[] = [];
    // Before the first write alone: once money has moved, gates judge it.
    if (!ledger.some(mayHaveReached)) {
      bases.push({
        until: decisionLapsesAt(promotion.openedAt, experiment.policy),
        reason: 'Its decision is older than a check interval.',
      });
    }
    const gate = (await store.listGates(experiment.id)).findLast((each) => each.phase === phase);
    if (gate) {
      bases.push({
        until: gate.at + GATE_WAITS * deps.unknownOutcomeWaitMs,
        reason: `Its gate of ${instantOf(gate.at)} is too old; it is evaluated again.`,
      });
    }
    return bases;
  }

  function describe(
    experiment: Experiment,
    current: Budgets,
    adSetIds: string[],
    wanted: (id: string) => string,
  ): string {
    return adSetIds
      .map((id) => `ad set ${id} stands at ${formatAmount(current[id]!, experiment.currency)}, ${wanted(id)}`)
      .join('; ');
  }

  /** A rollout that only showed what it would write stays one, however it ends. */
  async function close({ experimentId, status }: Promotion, to: Promotion['status']): Promise<void> {
    if (status !== 'shadow') await store.setPromotionStatus(experimentId, to);
  }

  /** Who it was, by Meta's activity log, where that tells; its entries of our own writes name our token's owner. */
  async function whoChanged(
    current: Budgets,
    adSetIds: readonly string[],
    { openedAt }: Promotion,
    ledger: readonly LedgerRow[],
  ): Promise<string> {
    const names = new Set<string>();
    for (const adSetId of adSetIds) {
      const edits = await meta.getBudgetEdits(adSetId, openedAt).catch(() => []);
      const own = ledger.filter((row) => row.adSetId === adSetId);
      const last = othersChanges(own, edits).findLast(
        ({ after }) => after === null || after === current[adSetId],
      );
      if (last?.actor) names.add(last.actor);
    }
    return names.size > 0 ? [...names].join(' and ') : 'Someone else';
  }

  return {
    /**
     * Brings one ad set to `target`: reads first, never overwrites a value that is not ours, enters the attempt
     * in the ledger before the call, reads it back. Called again after any crash it finds its own attempt and
     * never writes twice.
     */
    async writeBudget(request: {
      experimentId: string;
      /** A phase's name, or {@link REVERT}. */
      phase: string;
      adSetId: string;
      target: number;
    }): Promise<Outcome> {
      const { experiment, promotion, ledger } = await load(request.experimentId);
      const { adSetId, target, phase } = request;
      const states = phase === REVERT ? REVERT_STATES : PHASE_STATES;
      if (!states.includes(experiment.state)) throw outOfDate(experiment, phase);
      const done = promotion.phasesDone[phase];
      if (done !== undefined) return { kind: 'done', at: done };

      const now = await clock.now();
      const inFlight = (openUntil(ledger) ?? now) - now;
      if (inFlight > 0) return unknownOutcome(inFlight);

      try {
        const { base } = promotion.plan;
        const { current, failed } = await readEach(Object.keys(base));
        const [unread] = Object.values(failed);
        // A cut on the way back needs its own ad set alone; all else is safe only where the total is known.
        const cutsBack = phase === REVERT && current[adSetId] !== undefined && target <= current[adSetId];
        if (unread && !cutsBack) throw failed[adSetId] ?? unread;
        for (const row of openAttempts(ledger)) {
          if (failed[row.adSetId]) continue;
          // A value that a later attempt may have brought proves nothing of this one.
          const latest = ledger.findLast((other) => other.adSetId === row.adSetId && mayHaveReached(other));
          const shows = row === latest && current[row.adSetId] === row.intended;
          if (!shows && row.outcome === 'unknown') continue;
          await store.settleAttempt(row.experimentId, row.sequence, {
            outcome: shows ? 'applied' : 'unknown',
            readBack: shows ? row.intended : null,
            error: shows ? null : 'No answer, and the value was not seen.',
            settledAt: now,
          });
        }
        const expected = phase === REVERT ? ownValues(base, ledger) : expectedValues(base, ledger);
        const foreign = foreignValues(current, expected).filter((id) => phase !== REVERT || id === adSetId);
        if (foreign.length > 0) {
          const wanted = (id: string) =>
            `where ${expected[id]!.map((v) => formatAmount(v, experiment.currency)).join(' or ')} was expected`;
          const who = await whoChanged(current, foreign, promotion, ledger);
          return {
            kind: 'person',
            code: 'foreign',
            retryAfterMs: null,
            reason: `${who} changed a budget: ${describe(experiment, current, foreign, wanted)}.`,
            amounts: Object.fromEntries(foreign.map((id) => [id, current[id]!])),
          };
        }
        if (current[adSetId] === target) return { kind: 'done', at: await clock.now() };

        const total = totalOf(current);
        const totalAfter = total - current[adSetId]! + target;
        if (totalAfter > Math.max(totalOf(base), total)) {
          const amount = (value: number) => formatAmount(value, experiment.currency);
          return {
            kind: 'person',
            code: 'unsafe',
            retryAfterMs: null,
            reason: `Setting ad set ${adSetId} to ${amount(target)} would raise the total from ${amount(total)} to ${amount(totalAfter)}, above the ${amount(totalOf(base))} it started from.`,
          };
        }
        if (!deps.writesAllowed) {
          return obstacleOf('permission', WRITES_OFF, null);
        }
        const held =
          phase === REVERT
            ? null
            : await limits.against(ledger, { adSetId, current: current[adSetId]!, now });
        if (held) return held;
        const { winnerAdSetId, phases } = promotion.plan;
        const targets = phases.find(({ name }) => name === phase)?.targets;
        const risk = targets && atRisk({ base, targets, winnerAdSetId, interval: promotion.interval });
        const raises = phase !== REVERT && target > current[adSetId]!;
        const bases = await basesOf({ experiment, promotion, ledger }, phase);
        const row = await store.enterAttempt({
          experimentId: experiment.id,
          adSetId,
          phase,
          before: current[adSetId]!,
          intended: target,
          at: await clock.now(),
          compensates:
            phase === REVERT
              ? (ledger.findLast((other) => other.adSetId === adSetId && other.phase !== REVERT)?.sequence ??
                null)
              : null,
          atRisk: risk?.amount ?? null,
          fence: { lastSequence: ledger.at(-1)?.sequence ?? 0, state: experiment.state },
          envelope: raises ? await limits.envelope(now, experiment.currency) : undefined,
        });
        return await limits.laterIfAgain(await send(experiment, row, bases), ledger, row);
      } catch (error) {
        if (error instanceof EnvelopeUsedUp) return limits.outsideEnvelope(error, experiment.currency, now);
        // What was sent has its outcome from the sender: here nothing but a read has failed.
        if (error instanceof MetaError) return blockedBy(error);
        throw error;
      }
    },

    /** Until when the last attempt may still take effect, by the ledger alone; null where it is known. Experiment time. */
    async openUntil(experimentId: string): Promise<number | null> {
      return openUntil(await store.listLedger(experimentId));
    },

    /**
     * Reads every ad set of the rollout and tells whose the values are. Writes nothing. `partly`: those that can't be
     * read are named beside the others; it fails only where none can.
     */
    async readBudgets(experimentId: string, { partly = false } = {}): Promise<BudgetReading> {
      const { promotion, ledger } = await load(experimentId);
      const { base } = promotion.plan;
      const { current, failed } = await readEach(Object.keys(base));
      const [unread] = Object.values(failed);
      if (unread && (!partly || Object.keys(current).length === 0))
        await callingMeta(() => Promise.reject(unread));
      const killed = await killSwitchHold(store);
      return {
        ...whose({ current, base, ledger }),
        unreadable: unreadableOf(failed),
        openUntil: openUntil(ledger),
        killSwitch: killed?.reason ?? null,
        at: await clock.now(),
      };
    },

    /** Enters that every ad set stands at the phase's target; answers the read-back instant on record. */
    async completePhase(request: {
      experimentId: string;
      phase: string;
      readBackAt: number;
      last: boolean;
    }): Promise<number> {
      const { experiment, promotion } = await load(request.experimentId);
      if (!PHASE_STATES.includes(experiment.state)) throw outOfDate(experiment, request.phase);
      const at = await store.completePhase(request.experimentId, request.phase, request.readBackAt);
      if (request.last) await close(promotion, 'completed');
      // What a rollout in shadow would write is told by its gate; the winner has what it had.
      if (promotion.status === 'shadow') return at;
      const winner = variantOf(experiment, promotion.winnerVariantId);
      const targets = promotion.plan.phases.find((phase) => phase.name === request.phase)?.targets ?? {};
      announce({
        at,
        kind: 'phase',
        experimentId: experiment.id,
        text: `phase ${request.phase}: ${winner.id} has ${formatAmount(targets[winner.adSetId] ?? 0, experiment.currency)} of ${formatAmount(totalOf(targets), experiment.currency)} a day`,
      });
      return at;
    },

    /** How the rollout ended, for the reports. */
    async setPromotionStatus(experimentId: string, status: Promotion['status']): Promise<void> {
      const { promotion } = await load(experimentId);
      await close(promotion, status);
    },
  };
}

export type BudgetActivities = ReturnType<typeof createBudgetActivities>;
