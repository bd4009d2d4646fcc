import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../scripts/chaos/mutants.js';

describe("chaos's broken copies", () => {
  it.each(
    Object.entries(MUTANTS).flatMap(([name, mutations]) =>
      mutations.map((mutation) => [name, mutation.file, mutation] as const),
    ),
  )('%s finds what it breaks in %s, once', async (_, file, { find, replace }) => {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(source.split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
  });
});
