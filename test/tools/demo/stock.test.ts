import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import { type Outcome, takeStock } from '../../../src/tools/demo/stock.js';
import { drawWorld } from '../../../src/tools/demo/world.js';
import { auditOf, gathered, ROLLED_OUT, rolloutWrites } from './support/fixtures.js';

const test = { ...drawWorld(1).clearWinner, id: 'spring' };
const judged = { passed: true, summary: 'It went well.' };
const outcome: Outcome = { name: 'clear_winner', tests: [test], judge: () => judged };

/** A service and a market after a rollout. Each reading of the audit returns the next of `audits`, in the end the last. */
function played(audits: AuditRow[][]) {
  const known = gathered('spring', { winner: 'challenger', writes: rolloutWrites(), budgets: ROLLED_OUT });
  let readings = 0;
  return {
    api: {
      list: async () => [known.experiment],
      one: async () => ({
        ...known.experiment,
        variants: known.experiment.variants.map((variant) => ({ ...variant, creative_as_run: null })),
        source: 'record' as const,
        next_due_at: null,
        next_due: null,
        budget_reallocation: null,
        verification: null,
        recheck: null,
        verification_due_at: null,
        planned_rollout: null,
        allowed: [],
        trouble: null,
        queued: 0,
      }),
      looks: async () => known.looks,
      ledger: async () => known.ledger,
    },
    market: {
      audit: async () => audits[Math.min(readings++, audits.length - 1)]!,
      budgets: async () => ({ L: 4_000, W: 16_000 }),
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('takeStock', () => {
  it('compares ledger and audit, with the budgets before the rollout', async () => {
    const { api, market } = played([auditOf(rolloutWrites())]);
    const stock = await takeStock([outcome], api, market);
    expect(stock.books).toEqual({ rows: 6, disagreements: [] });
    expect(stock.scenarios[0]!.entry).toMatchObject({ ...judged, experiments: [{ budgets: ROLLED_OUT }] });
    expect(stock.timings.map(({ phase }) => phase)).toEqual(['60', '70', '80']);
  });

  it('reads again if there was a write while it read', async () => {
    const { api, market } = played([auditOf(rolloutWrites().slice(0, 5)), auditOf(rolloutWrites())]);
    const stock = takeStock([outcome], api, market);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await stock).books).toEqual({ rows: 6, disagreements: [] });
  });

  it('gives the reason for a scenario that could not be played, and leaves out tests that were never created', async () => {
    const { api, market } = played([auditOf(rolloutWrites())]);
    const broken: Outcome = {
      name: 'batch',
      tests: [{ ...test, id: 'never-created' }],
      judge: { failure: 'create: 400 the ad set is leased' },
    };
    const [, batch] = (await takeStock([outcome, broken], api, market)).scenarios;
    expect(batch).toMatchObject({ failure: 'create: 400 the ad set is leased', tests: [], gathered: [] });
    expect(batch!.entry).toMatchObject({ passed: false, experiments: [] });
    expect(batch!.entry.summary).toContain('the ad set is leased');
  });
});
