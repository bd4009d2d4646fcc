import { HOUR_MS } from '../../../src/domain/time.js';
import type { Evidence } from './evidence.js';
import { amountsBefore, describe, effectsOf, isLate, isOurs, lastEdit, lastReadOf } from './history.js';
import { targetsOf } from './targets.js';

/** 6. No phase is applied twice, out of order or before its wait is over, and none after a revert has begun. */
export function phasesInOrder(evidence: Evidence): string[] {
  const { promotion, audit, limits } = evidence;
  if (promotion === null || limits.shadow) return [];
  const planned = targetsOf({ ...evidence, base: promotion.base });
  const problems: string[] = [];
  const ours = audit.filter(isOurs);
  const effects = effectsOf(evidence);
  for (const { name, targets } of planned) {
    const done = promotion.phasesDone[name];
    if (done === undefined) continue;
    const stood = amountsBefore(evidence, done, Number.POSITIVE_INFINITY);
    for (const [id, amount] of Object.entries(targets)) {
      const edited = lastEdit(evidence, done, id);
      if (stood[id] === amount || (edited && edited.at > lastReadOf(evidence, name, id))) continue;
      problems.push(
        `Phase ${name} is recorded as complete while ad set ${id} stands at ${stood[id]}, not at ${amount}.`,
      );
    }
  }
  let reached = 0;
  let back = false;
  for (const row of ours) {
    const base = promotion.base[row.adSetId]!;
    if (row.requested === base) {
      back = true;
      continue;
    }
    const index = planned.findIndex(({ targets }) => targets[row.adSetId] === row.requested);
    if (index === -1) {
      problems.push(`${describe(row)} is neither a phase's target nor the base.`);
      continue;
    }
    const { name, waitHours } = planned[index]!;
    if (back) problems.push(`${describe(row)} belongs to phase ${name} but comes after the revert began.`);
    if (index < reached)
      problems.push(
        `${describe(row)} belongs to phase ${name} but comes after phase ${planned[reached]!.name} began.`,
      );
    if (index > reached) {
      const before = planned[index - 1]!;
      const readBack = promotion.phasesDone[before.name];
      if (index !== reached + 1 && !(index === 0))
        problems.push(`${describe(row)} skips phase ${before.name}.`);
      if (readBack === undefined)
        problems.push(
          `${describe(row)} belongs to phase ${name}, but phase ${before.name} was never complete.`,
        );
      const stood = Math.max(
        readBack ?? 0,
        ...effects
          .filter((each) => isOurs(each.row) && each.row.sequence < row.sequence && !isLate(evidence, each))
          .filter((each) => before.targets[each.row.adSetId] === each.row.requested)
          .map((each) => each.at),
      );
      const waited = row.at - stood;
      if (waited < waitHours * HOUR_MS) {
        problems.push(
          `${describe(row)} starts phase ${name} ${(waited / HOUR_MS).toFixed(3)} h after phase ${before.name}, before its wait of ${waitHours} h is over.`,
        );
      }
      for (const [id, amount] of Object.entries(before.targets)) {
        if (
          ours.some(
            (each) =>
              each.adSetId === id &&
              each.requested === amount &&
              each.sequence < row.sequence &&
              each.outcome === 'applied',
          )
        )
          continue;
        problems.push(
          `${describe(row)} starts phase ${name}, but ad set ${id} never had phase ${before.name}'s ${amount}.`,
        );
      }
      reached = index;
    }
    if (row.outcome !== 'applied') continue;
    const again = effects.some(
      (each) =>
        isOurs(each.row) &&
        each.row.sequence < row.sequence &&
        each.row.adSetId === row.adSetId &&
        each.row.requested === row.requested &&
        each.at < row.at &&
        !audit.some(
          (edit) => !isOurs(edit) && edit.adSetId === row.adSetId && edit.at >= each.at && edit.at <= row.at,
        ),
    );
    if (again) problems.push(`${describe(row)} applies phase ${name} a second time.`);
  }
  return problems;
}
