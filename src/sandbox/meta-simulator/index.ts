import { Controls } from './controls.js';
import { serveMarket } from './server.js';
import type { Market, MarketOptions } from './types.js';
import { World } from './world.js';

export type * from './types.js';

/** Opens the world of the directory, or a new one, and serves it. Rejects if the port is taken. */
export async function startMarket(options: MarketOptions): Promise<Market> {
  const world = await World.open(options);
  const controls = new Controls(world);
  const server = await serveMarket(world, controls, options).catch(async (error: unknown) => {
    await world.close();
    throw error;
  });
  return {
    url: server.url,
    account: world.account,
    textWorld: { seed: world.seed, ...world.texts.options },
    createTest: (spec) => controls.createTest(spec),
    addAd: (spec) => controls.addAd(spec),
    tests: () => controls.tests(),
    order: (fault) => controls.order(fault),
    withdraw: (faultId) => controls.withdraw(faultId),
    audit: () => controls.audit(),
    truth: () => controls.truth(),
    budgets: (adSetIds) => controls.budgets(adSetIds),
    edit: (objectId, fields, actor) => controls.edit(objectId, fields, actor),
    setTruth: (adId, trueClickRate) => controls.setTruth(adId, trueClickRate),
    close: async () => {
      await server.close();
      await world.close();
    },
  };
}
