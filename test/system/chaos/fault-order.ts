import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { FaultOrder } from '../../../src/sandbox/meta-simulator/index.js';
import type { Objects } from './hands.js';
import type { Deed, Role, RunPlan } from './plan.js';
import { targetsOf } from './targets.js';

type FaultDeed = Extract<Deed, { kind: 'fault' }>;

/** The parts of a run that name its objects and amounts. */
interface Targeted {
  plan: Pick<RunPlan, 'winner'>;
  objects: Objects;
  initial: Record<string, number>;
  winnerAdSetId: string;
  adSetOf(role: Role): string;
}

/** The market's order for a fault on the run's requests. */
export function faultOrder(run: Targeted, deed: FaultDeed): FaultOrder {
  const { on, fault, method, of, skip, times, code, subcode, delayHours } = deed;
  const { campaignId, adIds } = run.objects;
  const objectId = on === 'campaign' ? campaignId : on === 'ad' ? adIds[run.plan.winner]! : run.adSetOf(on);
  return {
    kind: fault,
    objectId,
    method,
    dailyBudget: amountOf(run, objectId, of),
    skip,
    times,
    code,
    subcode,
    delayMs: delayHours === undefined ? undefined : Math.round(delayHours * HOUR_MS),
  };
}

/** The order as a line of the run's story. */
export function orderLine(order: FaultOrder, on: FaultDeed['on']): string {
  const { kind, method, objectId, times, skip, dailyBudget, code, subcode, delayMs } = order;
  const parts = [
    `fault ordered: ${kind} on ${method} ${on} ${objectId}`,
    `${times === null ? 'until withdrawn' : `${times}×`} after ${skip}`,
  ];
  if (dailyBudget != null) parts.push(`of ${dailyBudget}`);
  if (code !== undefined) parts.push(`code ${code}/${subcode ?? '-'}`);
  if (delayMs !== undefined) parts.push(`${Math.round(delayMs / 60_000)} min`);
  return parts.join(', ');
}

/** What the n-th phase, or the revert, sets an ad set to; null for any request, or if there is no such phase. */
function amountOf(run: Targeted, objectId: string, of: number | 'base' | null): number | null {
  if (of === null || !(objectId in run.initial)) return null;
  if (of === 'base') return run.initial[objectId]!;
  const phases = targetsOf({
    base: run.initial,
    winnerAdSetId: run.winnerAdSetId,
    phases: DEFAULT_PHASES,
  });
  return phases[of]?.targets[objectId] ?? null;
}
