import { isDeepStrictEqual } from 'node:util';
import type { Store } from '../clients/postgres/types.js';
import type { Decision, PairEvidence } from '../domain/decision/decision.js';
import { DETERMINED, takeLook } from '../domain/decision/look.js';
import { policyAtLook } from '../domain/extension.js';
import { dataOf, HASH_FORMS, hashOf } from './looks.js';

export interface ReplayedDecision {
  experimentId: string;
  lookNumber: number;
  same: boolean;
  /** The fields that differ, by path, as stored and as computed now. Empty if `same`. */
  differences: Difference[];
  /** Sentences that a later release words differently. They don't count as differences. */
  reworded: Difference[];
}

export interface Difference {
  field: string;
  stored: unknown;
  computed: unknown;
}

/**
 * Computes a stored decision again, from the versions of observations that it saw and by the version of the rule that made
 * it. It also computes every earlier look, because each leaves the rule's state for the next. Null if the experiment or the look doesn't exist. `lookNumber` null:
 * the latest look.
 */
export async function replayDecision(
  store: Store,
  experimentId: string,
  lookNumber: number | null,
): Promise<ReplayedDecision | null> {
  const known = await store.getExperiment(experimentId);
  const wanted =
    lookNumber === null
      ? await store.latestDecision(experimentId)
      : await store.getDecision(experimentId, lookNumber);
  if (!known || !wanted) return null;
  let states: Record<string, Uint8Array> = {};
  let previous: PairEvidence[] | null = null;
  let computed: Partial<Decision> = {};
  for (let number = 1; number <= wanted.lookNumber; number++) {
    const stored = number === wanted.lookNumber ? wanted : await store.getDecision(experimentId, number);
    if (!stored) throw new Error(`Look ${number} of ${experimentId} is not on record.`);
    const { dueAt, seenUntil, setting, ruleVersion, accountDrift } = stored;
    const history = accountDrift ?? undefined;
    const experiment = { ...known, policy: policyAtLook(known, number) };
    const data = await dataOf(store, experiment, dueAt, seenUntil);
    const hashes = HASH_FORMS.map((form) => hashOf(experiment, dueAt, data, states, setting, history, form));
    // An older release may have made the decision.
    const inputHash = hashes.find((hash) => hash === stored.inputHash) ?? hashes[0]!;
    const result = takeLook({
      experiment,
      lookNumber: number,
      dueAt,
      ...data,
      previous,
      states,
      setting,
      ruleVersion,
      history,
    });
    ({ states } = result);
    previous = result.pairs;
    computed = { ...result, inputHash };
  }
  const all = [...DETERMINED, 'inputHash' as const].flatMap((field) =>
    differencesOf(field, wanted[field], computed[field]),
  );
  const differences = all.filter(({ field }) => !isSentence(field));
  const reworded = all.filter(({ field }) => isSentence(field));
  return {
    experimentId,
    lookNumber: wanted.lookNumber,
    same: differences.length === 0,
    differences,
    reworded,
  };
}

/** Reasons, and the messages of findings. What they say is in the figures, codes and levels, which must be the same. */
function isSentence(field: string): boolean {
  return field.startsWith('reasons.') || /^health\.\d+\.message$/.test(field);
}

/** The innermost fields that differ. */
function differencesOf(field: string, stored: unknown, computed: unknown): Difference[] {
  if (isDeepStrictEqual(stored, computed)) return [];
  if (!isTree(stored) || !isTree(computed)) return [{ field, stored, computed }];
  const keys = new Set([...Object.keys(stored), ...Object.keys(computed)]);
  return [...keys].flatMap((key) => differencesOf(`${field}.${key}`, stored[key], computed[key]));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
