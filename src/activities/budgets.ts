import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import { EnvelopeUsedUp } from '../clients/postgres/errors.js';
import type { Store } from '../clients/postgres/types.js';
import type { BudgetReading } from '../contract/activities.js';
import type { Announce } from '../contract/events.js';
import { type LedgerRow, ledgerOf, type Promotion } from '../contract/records.js';
import { adSetName } from '../domain/ad-name.js';
import { type Budgets, formatAmount, totalOf } from '../domain/budget.js';
import { decisionLapsesAt } from '../domain/decision/check-grid.js';
import { type Experiment, type ExperimentState, variantOf } from '../domain/experiment.js';
import { atRisk } from '../domain/rollout/at-risk.js';
import { othersChanges } from '../domain/rollout/changes.js';
import { freezeSentence } from '../domain/rollout/freeze.js';
import { type Outcome, obstacleOf } from '../domain/rollout/obstacle.js';
import { expectedValues, foreignValues, mayHaveReached, ownValues } from '../domain/rollout/ownership.js';
import { instantOf } from '../domain/time.js';
import { type Basis, blockedBy, createSender, REVERT, unknownOutcome, WRITES_OFF } from './budget-attempt.js';
import { createBudgetReader, unreadableOf, whose } from './budget-reading.js';
import { callingMeta, permanent } from './failures.js';
import { accountFreeze } from './freezes.js';
import { NO_OUTBOX, type Outbox } from './outbox.js';
import { promotionTold } from './promotion-told.js';
import { createWriteLimits, killSwitchHold } from './write-limits.js';

/** The recorded states in which a phase, or a revert, may write. */
const PHASE_STATES: readonly ExperimentState[] = ['rolling_out'];
const REVERT_STATES: readonly ExperimentState[] = ['reverting', 'needs_attention'];

/** How long a phase's writes may rely on its gate, in waits after an unknown outcome; one hour in live. */
const GATE_WAITS = 12;

const isOpen = (row: LedgerRow) => row.outcome === 'pending' || row.outcome === 'unknown';
const openAttempts = (ledger: readonly LedgerRow[]) => ledger.filter(isOpen);

/** A run that was reset, or lost and replaced, may be wrong about the state: the record decides. */
function outOfDate(experiment: Experiment, phase: string) {
  return permanent(
    'RecordDisagrees',
    `${phase === REVERT ? 'a revert' : `phase ${phase}`} doesn't fit: the record says ${experiment.state}`,
  );
}

/** Reads and writes ad-set budgets; nothing else changes them. */
export function createBudgetActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
  /** Experiment ms; longer than any request in flight and any late effect. */
  unknownOutcomeWaitMs: number;
  /** False for a live account without LIVE_WRITES. */
  writesAllowed: boolean;
  /** The most by which all experiments together may raise budgets per day, major units; null: no limit. */
  accountEnvelope: number | null;
  /** Unset: there is no hook. */
  outbox?: Outbox;
}) {
  const { store, meta, clock, announce, outbox = NO_OUTBOX } = deps;
  const send = createSender(deps);
  const readEach = createBudgetReader(meta);
  const limits = createWriteLimits(deps);

  async function load(experimentId: string) {
    const experiment = await store.getExperiment(experimentId);
    const promotion = await store.getPromotion(experimentId);
    if (!experiment || !promotion)
      throw permanent('RecordDisagrees', `experiment ${experimentId} has no promotion`);
    const rows = await store.listLedger(experimentId);
    // Attempts of earlier rollouts still count for the hour limit, and one of them may still be on its way.
    return { experiment, promotion, rows, ledger: ledgerOf(promotion, rows) };
  }

  /** Only the last attempt can still take effect: none is entered while another may. */
  function openUntil(ledger: readonly LedgerRow[]): number | null {
    const last = ledger.at(-1);
    if (!last || !isOpen(last)) return null;
    return (last.settledAt ?? last.at) + deps.unknownOutcomeWaitMs;
  }

  /** The decision and the gate that a phase's write relies on. A revert relies on neither. */
  async function basesOf(
    { experiment, promotion, ledger }: Omit<Awaited<ReturnType<typeof load>>, 'rows'>,
    phase: string,
  ): Promise<Basis[]> {
    if (phase === REVERT) return [];
    const bases: Basis[] = [];
    // Only before the first write: once money has moved, gates judge the promotion.
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
      .map((id) => {
        const name = adSetName(experiment.variants, id);
        return `${name} stands at ${formatAmount(current[id]!, experiment.currency)}, ${wanted(id)}`;
      })
      .join('; ');
  }

  /** A rollout in shadow keeps that status, however it ends. */
  async function close({ experimentId, status }: Promotion, to: Promotion['status']): Promise<void> {
    if (status !== 'shadow') await store.setPromotionStatus(experimentId, to);
  }

  /** Who changed the ad sets, if Meta's activity log says. Its entries for our own writes name our token's owner. */
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
     * Sets one ad set to `target`. It reads first, never overwrites a foreign value, enters the attempt in the ledger
     * before the call, and reads the value back. After a crash, the next call finds the attempt and never writes twice.
     */
    async writeBudget(request: {
      experimentId: string;
      /** A phase's name, or {@link REVERT}. */
      phase: string;
      adSetId: string;
      target: number;
    }): Promise<Outcome> {
      const { experiment, promotion, rows, ledger } = await load(request.experimentId);
      const { adSetId, target, phase } = request;
      const states = phase === REVERT ? REVERT_STATES : PHASE_STATES;
      if (!states.includes(experiment.state)) throw outOfDate(experiment, phase);
      const done = promotion.phasesDone[phase];
      if (done !== undefined) return { kind: 'done', at: done };

      const now = await clock.now();
      const inFlight = (openUntil(rows) ?? now) - now;
      if (inFlight > 0) return unknownOutcome(inFlight);

      try {
        const { base } = promotion.plan;
        const { current, failed } = await readEach(Object.keys(base));
        const [unread] = Object.values(failed);
        // A revert's cut only needs its own ad set; any other write is only safe if the total is known.
        const cutsBack = phase === REVERT && current[adSetId] !== undefined && target <= current[adSetId];
        if (unread && !cutsBack) throw failed[adSetId] ?? unread;
        for (const row of openAttempts(ledger)) {
          if (failed[row.adSetId]) continue;
          // A value that a later attempt may have set proves nothing about this attempt.
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
            `but ${expected[id]!.map((v) => formatAmount(v, experiment.currency)).join(' or ')} was expected`;
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
            reason: `Setting ad set ${adSetId} to ${amount(target)} would raise the total from ${amount(total)} to ${amount(totalAfter)}, above the ${amount(totalOf(base))} at the start.`,
          };
        }
        if (!deps.writesAllowed) {
          return obstacleOf('permission', WRITES_OFF, null);
        }
        const held =
          phase === REVERT ? null : await limits.against(rows, { adSetId, current: current[adSetId]!, now });
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
          fence: { lastSequence: rows.at(-1)?.sequence ?? 0, state: experiment.state },
          envelope: raises ? await limits.envelope(now, experiment.currency) : undefined,
        });
        return await limits.laterIfAgain(await send(experiment, row, bases), rows, row);
      } catch (error) {
        if (error instanceof EnvelopeUsedUp) return limits.outsideEnvelope(error, experiment.currency, now);
        // The sender turns errors of the write into outcomes, so this error comes from a read.
        if (error instanceof MetaError) return blockedBy(error);
        throw error;
      }
    },

    /** How long the last attempt may still take effect, by the ledger; null if its outcome is known. Experiment time. */
    async openUntil(experimentId: string): Promise<number | null> {
      return openUntil(await store.listLedger(experimentId));
    },

    /**
     * Reads every ad set of the rollout and says which values are our own. Writes nothing. With `partly` it also names
     * the ad sets that can't be read, and only fails if none can.
     */
    async readBudgets(experimentId: string, { partly = false } = {}): Promise<BudgetReading> {
      const { promotion, rows, ledger } = await load(experimentId);
      const { base } = promotion.plan;
      const { current, failed } = await readEach(Object.keys(base));
      const [unread] = Object.values(failed);
      if (unread && (!partly || Object.keys(current).length === 0))
        await callingMeta(() => Promise.reject(unread));
      const killed = await killSwitchHold(store);
      const at = await clock.now();
      const freeze = await accountFreeze(store, at);
      return {
        ...whose({ current, base, ledger }),
        unreadable: unreadableOf(failed),
        openUntil: openUntil(rows),
        killSwitch: killed?.reason ?? null,
        freeze: freeze && freezeSentence(freeze),
        at,
      };
    },

    /** Records that every ad set is at the phase's target; returns the read-back instant on record. */
    async completePhase(request: {
      experimentId: string;
      phase: string;
      readBackAt: number;
      last: boolean;
    }): Promise<number> {
      const { experiment, promotion } = await load(request.experimentId);
      if (!PHASE_STATES.includes(experiment.state)) throw outOfDate(experiment, request.phase);
      const { drops, phases } = promotion.plan;
      const told = await promotionTold(store, experiment, promotion, request);
      const { experimentId, phase: name, readBackAt } = request;
      const at = await store.completePhase(experimentId, name, readBackAt, outbox.entryOf(told));
      if (told) await outbox.wake(told.kind);
      // A drop stands until the variant is dropped too.
      if (request.last && drops === undefined) await close(promotion, 'completed');
      // In shadow the winner's budget didn't change; the gate has announced what a live rollout would write.
      if (promotion.status === 'shadow') return at;
      const named = variantOf(experiment, drops ?? promotion.winnerVariantId);
      const targets = phases.find((phase) => phase.name === request.phase)?.targets ?? {};
      announce({
        at,
        kind: 'phase',
        experimentId: experiment.id,
        text: `phase ${request.phase}: ${named.id} has ${formatAmount(targets[named.adSetId] ?? 0, experiment.currency)} of ${formatAmount(totalOf(targets), experiment.currency)} a day`,
      });
      return at;
    },

    /** Records how the rollout ended, for the reports. */
    async setPromotionStatus(experimentId: string, status: Promotion['status']): Promise<void> {
      const { promotion } = await load(experimentId);
      await close(promotion, status);
    },
  };
}

export type BudgetActivities = ReturnType<typeof createBudgetActivities>;
