import { DEFAULT_PHASES, type Phase } from '../../../src/domain/rollout/phases.js';
import { phaseName } from '../../../src/domain/rollout/plan.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';

/** Everything known of a rollout after it was interrupted. Amounts are minor units. */
export interface Evidence {
  state: string;
  winnerAdSetId: string;
  /** Budgets of the two ad sets before the rollout, by id. */
  base: Record<string, number>;
  /** The market's budgets at the end. */
  budgets: Record<string, number>;
  ledger: readonly LedgerRowJson[];
  /** Audit rows of these ad sets only. */
  audit: readonly AuditRow[];
}

export interface PhaseSeen {
  phase: string;
  /** Experiment time: first and last applied write in the market, last read-back in the ledger. */
  first_write_at: string;
  last_write_at: string;
  read_back_at: string;
  /** From the previous phase's read-back to this phase's first write; null for the first phase. */
  hours_waited: number | null;
}

/** A ledger row is entered before its call and settled after it, by the clock that the market reads too. */
const TOLERANCE_MS = 1_000;

/**
 * What must hold although the rollout was interrupted: it reached its last phase; every phase was applied once, in order,
 * and not before its wait was over; ledger and audit agree attempt by attempt (an attempt of unknown outcome may lack its
 * audit row); the total was never above the base. Violations are sentences.
 */
export function checkRollout(
  evidence: Evidence,
  policy: readonly Phase[] = DEFAULT_PHASES,
): { phases: PhaseSeen[]; violations: string[] } {
  const { state, audit, ledger, budgets, base } = evidence;
  const violations: string[] = [];
  const steps = expectedSteps(evidence, policy);
  const applied = audit.filter((row) => row.outcome === 'applied');

  if (state !== 'verifying') violations.push(`The experiment is ${state}, not verifying.`);
  for (const [index, step] of steps.entries()) {
    const times = applied.filter((row) => row.adSetId === step.adSetId && row.requested === step.amount);
    if (times.length !== 1) violations.push(`Phase ${step.phase}: ${sayStep(step)} ${times.length} times.`);
    const row = applied[index];
    if (row && (row.adSetId !== step.adSetId || row.requested !== step.amount)) {
      violations.push(`Write ${index + 1} is ${sayRow(row)}, but then phase ${step.phase} ${sayStep(step)}.`);
    }
  }
  for (const row of applied.slice(steps.length)) violations.push(`One write too many: ${sayRow(row)}.`);
  for (const { adSetId, amount } of steps.slice(-2)) {
    if (budgets[adSetId] !== amount)
      violations.push(`Ad set ${adSetId} stands at ${budgets[adSetId]}, not at ${amount}.`);
  }

  const now = { ...base };
  const total = (amounts: Record<string, number>) =>
    Object.values(amounts).reduce((sum, each) => sum + each, 0);
  for (const row of applied) {
    if (row.before !== now[row.adSetId])
      violations.push(`${sayRow(row)} found the unexpected amount ${row.before}.`);
    now[row.adSetId] = row.requested;
    if (total(now) > total(base)) {
      violations.push(`${sayRow(row)} raised the total to ${total(now)}, above ${total(base)}.`);
    }
  }

  violations.push(...disagreements(ledger, audit));
  const phases = phasesSeen(ledger, applied);
  for (const { phase, hours_waited } of phases) {
    const wait = policy.find((each) => phaseName(each) === phase)?.waitHours;
    if (wait === undefined) violations.push(`The ledger has a phase ${phase}.`);
    else if (hours_waited !== null && hours_waited < wait) {
      violations.push(`Phase ${phase} came after ${hours_waited} h, before its wait of ${wait} h was over.`);
    }
  }
  return { phases, violations };
}

interface Step {
  phase: string;
  adSetId: string;
  amount: number;
}

/** The loser's cut, then the winner's raise, per phase. */
function expectedSteps({ base, winnerAdSetId }: Evidence, policy: readonly Phase[]): Step[] {
  const loserAdSetId = Object.keys(base).find((id) => id !== winnerAdSetId)!;
  const total = base[winnerAdSetId]! + base[loserAdSetId]!;
  return policy.flatMap((phase) => {
    const name = phaseName(phase);
    const winner = Math.round(total * phase.winnerShare);
    return [
      { phase: name, adSetId: loserAdSetId, amount: total - winner },
      { phase: name, adSetId: winnerAdSetId, amount: winner },
    ];
  });
}

/** Every ledger row and audit row that the other side doesn't confirm. */
export function disagreements(ledger: readonly LedgerRowJson[], audit: readonly AuditRow[]): string[] {
  const found: string[] = [];
  const free = [...audit];
  let last = 0;
  // Settled rows are matched first: an attempt of unknown outcome that never arrived looks like its repetition.
  const inDoubt = (row: LedgerRowJson) => row.outcome === 'unknown';
  const ordered = ledger
    .filter((row) => row.outcome !== 'not_sent')
    .sort((x, y) => Number(inDoubt(x)) - Number(inDoubt(y)) || x.sequence - y.sequence);
  for (const row of ordered) {
    const say = `Ledger row ${row.sequence} (ad set ${row.ad_set_id}, ${row.before} -> ${row.intended}, ${row.outcome})`;
    if (row.outcome === 'pending') found.push(`${say} was never settled.`);
    const from = Date.parse(row.at) - TOLERANCE_MS;
    const to = row.settled_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.settled_at) + TOLERANCE_MS;
    const index = free.findIndex(
      (other) =>
        other.actor === 'api' &&
        other.adSetId === row.ad_set_id &&
        other.before === row.before &&
        other.requested === row.intended &&
        (inDoubt(row) || (other.outcome === 'applied') === (row.outcome === 'applied')) &&
        other.at >= from &&
        other.at <= to,
    );
    if (index === -1) {
      if (!inDoubt(row)) found.push(`${say} has no row in the market's audit.`);
      continue;
    }
    const [match] = free.splice(index, 1);
    if (row.outcome === 'applied' && row.read_back !== row.intended)
      found.push(`${say} read back ${row.read_back}.`);
    if (inDoubt(row)) continue;
    if (match!.sequence < last) found.push(`${say} is out of the market's order.`);
    last = match!.sequence;
  }
  return [...found, ...free.map((row) => `The ledger lacks ${sayRow(row)}.`)];
}

function phasesSeen(ledger: readonly LedgerRowJson[], applied: readonly AuditRow[]): PhaseSeen[] {
  const phases: PhaseSeen[] = [];
  let readBackBefore: number | null = null;
  for (const phase of new Set(ledger.map((row) => row.phase))) {
    const rows = ledger.filter((row) => row.phase === phase && row.outcome === 'applied');
    const writes = applied.filter((row) =>
      rows.some((each) => each.ad_set_id === row.adSetId && each.intended === row.requested),
    );
    if (writes.length === 0) continue;
    const first = Math.min(...writes.map((row) => row.at));
    const readBack = Math.max(...rows.map((row) => Date.parse(row.settled_at ?? row.at)));
    phases.push({
      phase,
      first_write_at: iso(first),
      last_write_at: iso(Math.max(...writes.map((row) => row.at))),
      read_back_at: iso(readBack),
      hours_waited: readBackBefore === null ? null : (first - readBackBefore) / HOUR_MS,
    });
    readBackBefore = readBack;
  }
  return phases;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function sayStep({ adSetId, amount }: Step): string {
  return `sets ad set ${adSetId} to ${amount}`;
}

function sayRow({ sequence, adSetId, before, requested, outcome, actor }: AuditRow): string {
  return `audit row ${sequence} (ad set ${adSetId}, ${before} -> ${requested}, ${outcome}, by ${actor})`;
}
