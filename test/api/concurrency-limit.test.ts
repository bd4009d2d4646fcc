import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from '../../src/api/concurrency-limit.js';

/** Counted work that ends on command. */
function worksite() {
  const open: (() => void)[] = [];
  const site = {
    busy: 0,
    busiest: 0,
    began: [] as string[],
    work: async (item: string) => {
      site.began.push(item);
      site.busiest = Math.max(site.busiest, ++site.busy);
      await new Promise<void>((end) => open.push(end));
      site.busy -= 1;
      return item.toUpperCase();
    },
    /** Ends the running work and whatever starts after it, until none is left. */
    finish: async () => {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (open.length === 0) return;
        for (const end of open.splice(0)) end();
      }
    },
  };
  return site;
}

const items = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => prefix + index);

describe('the concurrency limit', () => {
  it('holds over all callers together, which take limit item by item', async () => {
    const limit = new ConcurrencyLimit(3);
    const site = worksite();
    const a = limit.each(items('a', 7), 60_000, site.work);
    const b = limit.each(items('b', 7), 60_000, site.work);
    await site.finish();
    expect([await a, await b]).toEqual([
      items('A', 7).map((item) => item.toUpperCase()),
      items('B', 7).map((item) => item.toUpperCase()),
    ]);
    expect(site.busiest).toBe(3);
    // The second caller doesn't wait for all items of the first.
    expect(site.began.indexOf('b0')).toBeLessThan(site.began.indexOf('a6'));
  });

  it('frees the place of work that fails, and the caller gets the failure', async () => {
    const limit = new ConcurrencyLimit(1);
    await expect(limit.each(['x'], 1_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limit.each(['y'], 1_000, async (item) => item)).toEqual(['y']);
  });

  it('passes the time that is left for all items, but at least a second', async () => {
    const limit = new ConcurrencyLimit(1);
    const [first, second] = await limit.each([0, 1], 1_500, async (_, leftMs) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return leftMs;
    });
    expect(first).toBeGreaterThan(1_400);
    expect(second).toBe(1_000);
  });
});
