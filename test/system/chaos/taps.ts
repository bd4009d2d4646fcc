import type { MetaClient } from '../../../src/clients/meta/types.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import type { CutPoint } from './plan.js';

/** What the taps report to a run about its calls, and ask of it. */
export interface Tapped {
  /** The market has accepted a write of the run; the service doesn't know it yet. */
  wrote(adSetId: string): Promise<void>;
  /** True: the activity dies here. Its effects stay, but nothing after this point happens. */
  dies(point: CutPoint): boolean;
  readBegan(adSetId: string): void;
  writeBegan(): void;
  writeEnded(): void;
}

/** Stands for a worker process that is gone: no result reaches anyone. */
export class ActivityDied extends Error {
  override readonly name = 'ActivityDied';
}

function dieIf(run: Tapped | undefined, point: CutPoint): void {
  if (run?.dies(point)) throw new ActivityDied(`the worker died: ${point}`);
}

/** Routes each call to the client of the run that owns the object; calls about the account go to `common`. */
export function splitMeta(
  common: MetaClient,
  clientOf: (objectId: string) => MetaClient | undefined,
): MetaClient {
  const of = (objectId: string | undefined) =>
    (objectId === undefined ? undefined : clientOf(objectId)) ?? common;
  return {
    accountId: common.accountId,
    getAccount: () => common.getAccount(),
    getCampaign: (id) => of(id).getCampaign(id),
    getCampaignSpend: (id) => of(id).getCampaignSpend(id),
    getAdSet: (id) => of(id).getAdSet(id),
    getDailyBudget: (id) => of(id).getDailyBudget(id),
    getAd: (id) => of(id).getAd(id),
    getActiveAds: (id) => of(id).getActiveAds(id),
    getSplitTests: (id) => of(id).getSplitTests(id),
    getBudgetEdits: (id, since) => of(id).getBudgetEdits(id, since),
    writeDailyBudget: (id, amount) => of(id).writeDailyBudget(id, amount),
    validateDailyBudget: (id, amount) => of(id).validateDailyBudget(id, amount),
    getInsights: (query) => of(query.adIds[0]).getInsights(query),
    getSegments: (query) => of(query.adIds[0]).getSegments(query),
    getAccountAds: (timezone) => common.getAccountAds(timezone),
    getCreative: (adId) => of(adId).getCreative(adId),
    getPicture: (adId) => of(adId).getPicture(adId),
  };
}

/** The client for the activities. All effects are real. */
export function tapMeta(meta: MetaClient, runOf: (adSetId: string) => Tapped | undefined): MetaClient {
  const written = new Set<string>();
  const tapped =
    <Answer>(read: (adSetId: string) => Promise<Answer>) =>
    async (adSetId: string): Promise<Answer> => {
      const run = runOf(adSetId);
      run?.readBegan(adSetId);
      const answer = await read(adSetId);
      if (written.delete(adSetId)) dieIf(run, 'read_back');
      return answer;
    };
  return {
    ...meta,
    getAdSet: tapped(meta.getAdSet),
    getDailyBudget: tapped(meta.getDailyBudget),
    async writeDailyBudget(adSetId, amount) {
      const run = runOf(adSetId);
      run?.writeBegan();
      try {
        await meta.writeDailyBudget(adSetId, amount);
        written.add(adSetId);
      } finally {
        run?.writeEnded();
        await run?.wrote(adSetId);
      }
      dieIf(run, 'written');
    },
  };
}

/** The store for the activities. */
export function tapStore(store: Store, runOf: (experimentId: string) => Tapped | undefined): Store {
  return {
    ...store,
    async enterAttempt(attempt) {
      const row = await store.enterAttempt(attempt);
      dieIf(runOf(attempt.experimentId), 'entered');
      return row;
    },
    async settleAttempt(experimentId, sequence, settled) {
      const row = await store.settleAttempt(experimentId, sequence, settled);
      dieIf(runOf(experimentId), 'settled');
      return row;
    },
    async completePhase(experimentId, phase, readBackAt) {
      const at = await store.completePhase(experimentId, phase, readBackAt);
      dieIf(runOf(experimentId), 'phase_done');
      return at;
    },
    async transition(transition) {
      const result = await store.transition(transition);
      dieIf(runOf(transition.experimentId), 'state_changed');
      return result;
    },
  };
}
