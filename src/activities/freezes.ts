import type { Store } from '../clients/postgres/types.js';
import { type Freeze, freezeAt, windowsOf } from '../domain/rollout/freeze.js';

/** The freeze of the account at an instant, epoch ms of experiment time; null if there is none. */
export async function accountFreeze(store: Pick<Store, 'freezeEvents'>, at: number): Promise<Freeze | null> {
  return freezeAt(windowsOf(await store.freezeEvents()), at);
}
