import type { Store } from '../clients/postgres/types.js';
import { usesHistory } from '../domain/decision/look.js';
import { type DriftHistory, pooledHistory } from '../domain/evidence/drift.js';
import { RULES } from '../domain/evidence/rules.js';
import { type Experiment, strataOf } from '../domain/experiment.js';

/**
 * The drift in the account's other finished and running tests of the same objective and strata: how far
 * hours drift says little about cells. Undefined if a look under this
 * version of the rule doesn't use it.
 */
export async function driftHistoryOf(
  store: Pick<Store, 'driftHistory'>,
  { id, policy }: Pick<Experiment, 'id' | 'policy'>,
  ruleVersion: string = RULES[policy.rule].version,
): Promise<DriftHistory | undefined> {
  if (!usesHistory(policy, ruleVersion)) return undefined;
  const { objective, rule } = policy;
  const query = { objective, strata: strataOf(policy), rule, ruleVersion, except: id };
  return pooledHistory(await store.driftHistory(query));
}
