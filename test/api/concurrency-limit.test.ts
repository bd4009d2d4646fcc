import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from '../../src/api/concurrency-limit.js';

/** Work that ends when it is told to, and is counted. */
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
    /** Lets all that is at work end, and what follows it begin, until nothing is. */
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

describe('turns', () => {
  it('are as many at once as is set, for all callers together, who take them one by one', async () => {
    const turns = new ConcurrencyLimit(3);
    const site = worksite();
    const a = turns.each(items('a', 7), 60_000, site.work);
    const b = turns.each(items('b', 7), 60_000, site.work);
    await site.finish();
    expect([await a, await b]).toEqual([
      items('A', 7).map((item) => item.toUpperCase()),
      items('B', 7).map((item) => item.toUpperCase()),
    ]);
    expect(site.busiest).toBe(3);
    // The second caller doesn't wait for the whole of the first.
    expect(site.began.indexOf('b0')).toBeLessThan(site.began.indexOf('a6'));
  });

  it('go on after work that fails, and the failure is the caller’s', async () => {
    const turns = new ConcurrencyLimit(1);
    await expect(turns.each(['x'], 1_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.each(['y'], 1_000, async (item) => item)).toEqual(['y']);
  });

  it('tell the work how long it may wait: what is left for all, and a second at least', async () => {
    const turns = new ConcurrencyLimit(1);
    const [first, second] = await turns.each([0, 1], 1_500, async (_, leftMs) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return leftMs;
    });
    expect(first).toBeGreaterThan(1_400);
    expect(second).toBe(1_000);
  });
});
