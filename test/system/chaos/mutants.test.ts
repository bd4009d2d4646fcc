import { describe, expect, it } from 'vitest';
import { mutated, ROOT } from '../../support/mutant.js';
import { MUTANTS } from './mutants.js';

describe("chaos's broken copies", () => {
  it.each(
    Object.entries(MUTANTS).flatMap(([name, mutations]) =>
      mutations.map((mutation) => [name, mutation.file, mutation] as const),
    ),
  )('%s finds what it breaks in %s, once', async (_, _file, mutation) => {
    await expect(mutated(ROOT, mutation)).resolves.toContain(mutation.replace);
  });
});
