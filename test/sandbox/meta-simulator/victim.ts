import { startMarket } from '../../../src/sandbox/meta-simulator/index.js';

/** A market in its own process, which a test kills: `node victim.ts <directory> <token>`. */
const [directory, accessToken] = process.argv.slice(2);
if (!directory || !accessToken) throw new Error('usage: victim.ts <directory> <token>');
let ticks = Date.UTC(2026, 10, 23);
const market = await startMarket({
  directory,
  clock: { scale: 1, now: async () => (ticks += 3_600_000) },
  seed: 1,
  port: 0,
  accessToken,
});
const test = await market.createTest({
  name: 'killed',
  ads: [{ name: 'a', dailyBudget: 5_000, trueClickRate: 0.03 }],
});
process.stdout.write(`${JSON.stringify({ url: market.url, adSetId: test.adSetIds[0] })}\n`);
