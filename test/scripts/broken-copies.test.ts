import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BROKEN_COPIES } from '../../scripts/broken-copies/copies.js';
import { tryCopy } from '../../scripts/broken-copies/try.js';

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('a broken copy', () => {
  it.each(Object.entries(BROKEN_COPIES))('%s finds what it breaks once, and its test', async (_, copy) => {
    const { mutation, test, named } = copy;
    expect((await read(mutation.file)).split(mutation.find)).toHaveLength(2);
    expect(mutation.replace).not.toBe(mutation.find);
    if (named !== undefined) expect((await read(test)).split(named)).toHaveLength(2);
  });

  it('is caught where its test fails, and not where it passes', { timeout: 120_000 }, async () => {
    const { best_interval_of_three: copy } = BROKEN_COPIES;
    const test = 'test/domain/pairs.test.ts';
    expect(await tryCopy({ ...copy!, test })).toMatchObject({ caught: true });
    const harmless = { ...copy!.mutation, replace: `${copy!.mutation.find} // as it was` };
    expect(await tryCopy({ ...copy!, test, mutation: harmless })).toMatchObject({
      caught: false,
      failed: [],
    });
    await expect(tryCopy({ ...copy!, test, named: 'no such test' })).rejects.toThrow(/ran no test/);
  });
});
