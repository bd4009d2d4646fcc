import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutated, ROOT } from '../../support/mutant.js';
import { BROKEN_COPIES } from './copies.js';
import { tryCopy } from './try.js';

describe('a broken copy', () => {
  it.each(Object.entries(BROKEN_COPIES))(
    '%s: the text to break occurs once, and its test exists',
    async (_, copy) => {
      const { mutations, test, named } = copy;
      for (const mutation of mutations)
        await expect(mutated(ROOT, mutation)).resolves.toContain(mutation.replace);
      if (named !== undefined) expect(await readFile(path.join(ROOT, test), 'utf8')).toContain(named);
    },
  );

  it('is caught if its test fails, and not if it passes', { timeout: 120_000 }, async () => {
    const { best_interval_of_three: copy } = BROKEN_COPIES;
    const test = 'test/domain/decision/pairs.test.ts';
    expect(await tryCopy({ ...copy!, test })).toMatchObject({ caught: true });
    const harmless = copy!.mutations.map((each) => ({ ...each, replace: `${each.find} // as it was` }));
    expect(await tryCopy({ ...copy!, test, mutations: harmless })).toMatchObject({
      caught: false,
      failed: [],
    });
    await expect(tryCopy({ ...copy!, test, named: 'no such test' })).rejects.toThrow(/ran no test/);
  });
});
