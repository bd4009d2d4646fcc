import { isEnded } from '../../../src/domain/experiment.js';
import { mayHaveReached } from '../../../src/domain/rollout/ownership.js';
import type { ReasonCode } from '../../../src/domain/state-reason.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { Evidence } from './evidence.js';
import {
  type Amounts,
  amountsBefore,
  baseReachedAt,
  describe,
  effectsOf,
  isLate,
  isOurs,
  lastEdit,
  lastReadOf,
  totalOf,
  valuesAround,
  whyOf,
} from './history.js';
import { ledgerAgrees } from './ledger.js';
import { limitsKept } from './limits.js';
import { phasesInOrder } from './phases.js';
import {
  droppedNotPromoted,
  foreignNotVerified,
  harmlessCompletes,
  staleNotWritten,
  turnedNotRaised,
} from './promises.js';
import { targetsOf } from './targets.js';

/**
 * What must hold in every run, whatever happened to it, judged by the market's audit and state. Each invariant returns one
 * sentence per violation. The third, sixth and eighth are in ledger.ts, phases.ts and limits.ts, the ninth and later ones
 * in promises.ts.
 */

/** Meta's limit. */
const CHANGES_AN_HOUR = 4;

/** 1. No write of the service raises the total above the larger of the base and the total just before. */
export function totalNeverRaised(evidence: Evidence): string[] {
  const { promotion, raced } = evidence;
  const ours = effectsOf(evidence).filter(({ row }) => isOurs(row));
  if (promotion === null) return ours.map(({ row }) => `A write before any rollout: ${describe(row)}.`);
  const base = totalOf(promotion.base);
  return ours.flatMap((effect) => {
    const { row } = effect;
    // Every write must be harmless when it arrives; a write that is not late also when it takes effect.
    const instants = isLate(evidence, effect) || effect.at === row.at ? [row.at] : [row.at, effect.at];
    return instants.flatMap((at) => {
      const before = amountsBefore(evidence, at, row.sequence);
      const after = totalOf({ ...before, [row.adSetId]: row.requested });
      const limit = Math.max(base, totalOf(before));
      if (after <= limit || raced.includes(lastEdit(evidence, at)?.sequence ?? 0)) return [];
      return [
        `${describe(row)} makes the total ${after}, above ${limit} (base ${base}, just before ${totalOf(before)}).`,
      ];
    });
  });
}

/**
 * 2. At rest each ad set is exactly at its phase's target or at its base; otherwise the state is `held` or
 * `needs_attention` and names the true amounts.
 */
export function restAmounts(evidence: Evidence): string[] {
  const { promotion, state, budgets, reason, stateChangedAt, limits } = evidence;
  // In shadow nothing is written, so there is nothing to compare.
  if (promotion === null || limits.shadow) return [];
  const planned = targetsOf({ ...evidence, base: promotion.base });
  const problems: string[] = [];
  for (const { name, targets } of planned) {
    const own = promotion.targets[name];
    if (own && Object.keys(targets).every((id) => own[id] === targets[id])) continue;
    problems.push(`Phase ${name} is planned as ${JSON.stringify(own)}, not as ${JSON.stringify(targets)}.`);
  }
  const openedBase = Object.entries(promotion.base).filter(
    ([id, amount]) => !valuesAround(evidence, id, promotion.openedAt).includes(amount),
  );
  for (const [id, amount] of openedBase)
    problems.push(`Ad set ${id} never had its recorded base, ${amount}, before the rollout.`);

  const stands = (id: string) => budgets[id]!;
  // Someone else's change after the end of the rollout is no violation.
  const editedSince = (id: string, at: number) =>
    (lastEdit(evidence, Number.POSITIVE_INFINITY, id)?.at ?? -1) > at;
  const expect = (targets: Amounts, what: string, end: (id: string) => number) => {
    for (const [id, amount] of Object.entries(targets)) {
      if (stands(id) === amount || editedSince(id, end(id))) continue;
      problems.push(`${state}, but ad set ${id} stands at ${stands(id)}, not at ${what}, ${amount}.`);
    }
  };
  const last = planned.at(-1)!;
  switch (state) {
    case 'completed':
    case 'verifying':
      expect(last.targets, `phase ${last.name}'s target`, (id) => lastReadOf(evidence, last.name, id));
      break;
    case 'reverted':
      expect(promotion.base, 'its base', () => baseReachedAt(evidence, promotion.base));
      break;
    case 'stopped': {
      if (!KEPT.includes(reason.code)) {
        expect(promotion.base, 'its base', () => baseReachedAt(evidence, promotion.base));
        break;
      }
      problems.push(...keptAmounts(evidence, Object.keys(promotion.base)));
      break;
    }
    case 'needs_attention':
    case 'held': {
      // With a campaign budget, ad sets have no amounts to read.
      if (evidence.campaignBudget) break;
      const ours = (id: string) =>
        stands(id) === promotion.base[id] || planned.some(({ targets }) => targets[id] === stands(id));
      for (const id of Object.keys(promotion.base)) {
        const named = reason.amounts?.[id] === stands(id);
        if (state === 'needs_attention' ? named : named || ours(id) || editedSince(id, stateChangedAt))
          continue;
        problems.push(
          `${state}, but it doesn't say that ad set ${id} stands at ${stands(id)}: ${whyOf(evidence)}`,
        );
      }
      break;
    }
  }
  return problems;
}

/** Reasons of ends that keep the budgets; they name the amounts if Meta gave them. */
const KEPT: readonly ReasonCode[] = ['kept', 'accepted'];

/** The end names the kept amounts, and the service doesn't change them afterwards. */
function keptAmounts(evidence: Evidence, adSetIds: string[]): string[] {
  const { budgets, reason, stateChangedAt, raceMs } = evidence;
  return adSetIds.flatMap((id) => {
    const since = effectsOf(evidence).filter(
      ({ at, row }) => row.adSetId === id && at > stateChangedAt - raceMs,
    );
    const ours = since.find(
      (effect) => isOurs(effect.row) && effect.at > stateChangedAt && !isLate(evidence, effect),
    );
    if (ours) return [`${describe(ours.row)} takes effect after the stop.`];
    if (!reason.amounts || since.length > 0 || reason.amounts[id] === budgets[id]) return [];
    return [`stopped, but it doesn't say that ad set ${id} stands at ${budgets[id]}: ${whyOf(evidence)}`];
  });
}

/** 4. A foreign value is never overwritten. Nor does a phase overwrite someone else's return to an older value of ours. */
export function foreignValuesKept(evidence: Evidence): string[] {
  const { ledger, promotion, raced } = evidence;
  return effectsOf(evidence).flatMap(({ row }) => {
    if (!isOurs(row) || row.requested === row.before) return [];
    const standing = effectsOf(evidence).findLast(
      (effect) =>
        effect.row.adSetId === row.adSetId &&
        (effect.at < row.at || (effect.at === row.at && effect.row.sequence < row.sequence)),
    );
    if (!standing || isOurs(standing.row) || raced.includes(standing.row.sequence)) return [];
    const value = standing.row.requested;
    const attempts = ledger.filter((each) => each.ad_set_id === row.adSetId && Date.parse(each.at) <= row.at);
    const base = promotion?.base[row.adSetId] ?? evidence.initial[row.adSetId]!;
    const own = [base, ...attempts.map((each) => each.intended)];
    if (!own.includes(value)) return [`${describe(row)} overwrites the foreign value ${value}.`];
    if (row.requested === base) return [];
    // The service's last known value, and the values that later attempts may have set: for a write without an answer
    // the audit knows more than the service can.
    const known = attempts.findLast(
      (each) =>
        each.outcome === 'applied' && each.settled_at !== null && Date.parse(each.settled_at) <= row.at,
    );
    const since = attempts.filter((each) => mayHaveReached(each) && each.sequence > (known?.sequence ?? 0));
    const expected = [known?.intended ?? base, ...since.map((each) => each.intended)];
    return expected.includes(value)
      ? []
      : [`${describe(row)} overwrites ${value}, to which someone else had returned.`];
  });
}

/** 5. At most 4 changes per hour and ad set, and at least one left when a phase ends. */
export function changesLeft(evidence: Evidence): string[] {
  const problems: string[] = [];
  const changes = effectsOf(evidence).filter(({ row }) => isOurs(row) && row.requested !== row.before);
  const within = (adSetId: string, until: number) =>
    changes.filter(({ at, row }) => row.adSetId === adSetId && at > until - HOUR_MS && at <= until).length;
  for (const { at, row } of changes) {
    const count = within(row.adSetId, at);
    if (count > CHANGES_AN_HOUR) problems.push(`${describe(row)} is change ${count} within an hour.`);
  }
  for (const [phase, at] of Object.entries(evidence.promotion?.phasesDone ?? {})) {
    for (const adSetId of Object.keys(evidence.initial)) {
      const count = within(adSetId, at);
      if (count >= CHANGES_AN_HOUR)
        problems.push(
          `At the end of phase ${phase} ad set ${adSetId} has had ${count} changes within an hour: none is left.`,
        );
    }
  }
  return problems;
}

/** 7. Every rollout comes to rest: none stays running with nothing scheduled, and no workflow survives its end. */
export function comesToRest(evidence: Evidence): string[] {
  const { state, running, nextDueAt, observedAt } = evidence;
  if (isEnded(state)) return running ? [`${state}, but its workflow is still running.`] : [];
  if (!running) return [`${state}, but no workflow runs: ${whyOf(evidence)}`];
  switch (state) {
    case 'rolling_out':
    case 'reverting':
    case 'verifying':
      return [
        `It is still ${state} after ${hours(observedAt - evidence.stateChangedAt)} h; next due: ${nextDueAt === null ? 'never' : `in ${hours(nextDueAt - observedAt)} h`}: ${whyOf(evidence)}`,
      ];
    case 'needs_attention':
    case 'held': {
      const waitsForPerson = state === 'held' && nextDueAt === null && !evidence.hold?.endsItself;
      if (waitsForPerson || (nextDueAt !== null && nextDueAt > observedAt - evidence.overdueMs)) return [];
      return [
        `${state}, and ${nextDueAt === null ? 'nothing is scheduled' : 'the due action has not been taken'}.`,
      ];
    }
    default:
      return [];
  }
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(2);
}

/** By name; the order is that of importance to a finance team. */
export const INVARIANTS: Record<string, (evidence: Evidence) => string[]> = {
  total_never_raised: totalNeverRaised,
  rest_amounts: restAmounts,
  ledger_agrees: ledgerAgrees,
  foreign_values_kept: foreignValuesKept,
  changes_left: changesLeft,
  phases_in_order: phasesInOrder,
  comes_to_rest: comesToRest,
  limits_kept: limitsKept,
  turned_not_raised: turnedNotRaised,
  stale_not_written: staleNotWritten,
  dropped_not_promoted: droppedNotPromoted,
  foreign_not_verified: foreignNotVerified,
  harmless_completes: harmlessCompletes,
};

export interface Violation {
  run_seed: number;
  invariant: string;
  details: string;
}

/** All violations of a run, one per invariant. */
export function judge(runSeed: number, evidence: Evidence): Violation[] {
  return Object.entries(INVARIANTS).flatMap(([invariant, holds]) => {
    const problems = holds(evidence);
    return problems.length === 0 ? [] : [{ run_seed: runSeed, invariant, details: problems.join(' ') }];
  });
}
