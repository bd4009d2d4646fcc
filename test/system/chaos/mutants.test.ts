import { describe, expect, it } from 'vitest';
import { mutated, ROOT } from '../../support/mutant.js';
import { MUTANTS } from './mutants.js';

describe('the broken copies of chaos', () => {
  it.each(
    Object.entries(MUTANTS).flatMap(([name, mutations]) =>
      mutations.map((mutation) => [name, mutation.file, mutation] as const),
    ),
  )('%s: the text to break occurs once in %s', async (_, _file, mutation) => {
    await expect(mutated(ROOT, mutation)).resolves.toContain(mutation.replace);
  });
});
