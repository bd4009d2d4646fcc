import type { Store } from '../clients/postgres/types.js';
import { usesHistory } from '../domain/decision/rule-settings.js';
import { type DriftHistory, pooledHistory } from '../domain/evidence/drift.js';
import { RULES } from '../domain/evidence/rules.js';
import { type Experiment, type Strata, strataOf } from '../domain/experiment.js';
import type { Objective } from '../domain/metric.js';

/** Drift is learned from looks of the present version of the default rule. */
const { name: rule, version: ruleVersion } = RULES.sequential;

/**
 * The drift in the account's finished and running tests of an objective, by what they weigh: how far hours drift says little
 * about segments. `except`: an experiment that is left out.
 */
export async function accountHistory(
  store: Pick<Store, 'driftHistory'>,
  objective: Objective,
  { strata = 'hour', except = null }: { strata?: Strata; except?: string | null } = {},
): Promise<DriftHistory> {
  return pooledHistory(await store.driftHistory({ objective, strata, rule, ruleVersion, except }));
}

/** The history that a look of this experiment uses; undefined if this version of its rule uses none. */
export async function historyOfLook(
  store: Pick<Store, 'driftHistory'>,
  { id, policy }: Pick<Experiment, 'id' | 'policy'>,
  version: string = RULES[policy.rule].version,
): Promise<DriftHistory | undefined> {
  if (!usesHistory(policy, version)) return undefined;
  return accountHistory(store, policy.objective, { strata: strataOf(policy), except: id });
}
