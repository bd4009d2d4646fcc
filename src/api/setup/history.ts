import { historyOfLook } from '../../activities/drift-history.js';
import type { Store } from '../../clients/postgres/types.js';
import type { DriftHistory } from '../../domain/evidence/drift.js';
import { type Policy, strataOf } from '../../domain/experiment.js';

/** The id of no experiment: a test that hasn't started leaves none out. */
const NONE = '';

/** Reads the drift in the account's other tests, once for all tests of the same objective. */
export function historyReader(
  store: Pick<Store, 'driftHistory'>,
): (policy: Policy) => Promise<DriftHistory | undefined> {
  const known = new Map<string, Promise<DriftHistory | undefined>>();
  return (policy) => {
    const key = `${policy.rule}/${policy.strict}/${policy.objective}/${strataOf(policy)}`;
    const found = known.get(key) ?? historyOfLook(store, { id: NONE, policy });
    known.set(key, found);
    return found;
  };
}
