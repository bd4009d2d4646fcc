import type { Store } from '../../src/clients/postgres/types.js';

/** Methods that a workflow's activities call with one argument. */
type Tapped = 'transition' | 'recordControl' | 'enterAttempt';

/** Runs `act` before the first call that `fits`. The call then goes on to the real store. */
export function beforeFirst<M extends Tapped>(
  store: Pick<Store, M>,
  method: M,
  fits: (argument: Parameters<Store[M]>[0]) => boolean,
  act: () => Promise<unknown>,
): void {
  const real = store[method] as (argument: Parameters<Store[M]>[0]) => Promise<unknown>;
  const tapped = async (argument: Parameters<Store[M]>[0]) => {
    if (fits(argument)) {
      store[method] = real as Store[M];
      await act();
    }
    return real(argument);
  };
  store[method] = tapped as Store[M];
}
