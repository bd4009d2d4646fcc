import type { Store } from '../../../src/clients/postgres/types.js';

/** The store, with one method that fails. */
export function failing(store: Store, method: keyof Store, error: Error): Store {
  return { ...store, [method]: () => Promise.reject(error) };
}
