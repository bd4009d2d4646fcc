import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { HISTORIES, namesOf, replay } from '../replay/histories.js';
import { type Mutant, type Mutation, makeMutant } from '../support/mutant.js';
import { OUTER_POSTGRES } from '../support/one-postgres.js';
import { runTest } from '../support/run-test.js';

const SCENARIO = 'promotes a clear winner';

/** Changes that keep the sequence of commands: replay can't see them, but the scenario's amounts and instants show them. */
const MUTATIONS: { name: string; mutation: Mutation; seen: RegExp }[] = [
  {
    name: '60 becomes 65',
    mutation: {
      file: 'src/domain/rollout/phases.ts',
      find: '{ winnerShare: 0.6, waitHours: 0 }',
      replace: '{ winnerShare: 0.65, waitHours: 0 }',
    },
    seen: /26000|14000/,
  },
  {
    name: 'one hour becomes two',
    mutation: {
      file: 'src/domain/rollout/phases.ts',
      find: '{ winnerShare: 0.7, waitHours: 1 }',
      replace: '{ winnerShare: 0.7, waitHours: 2 }',
    },
    seen: /to be less than 1\.1/,
  },
  {
    name: 'the raise comes before the cut',
    mutation: {
      file: 'src/domain/rollout/plan.ts',
      find: 'return [...ids.filter((id) => !isRaise(id)), ...ids.filter(isRaise)];',
      replace: 'return [...ids.filter(isRaise), ...ids.filter((id) => !isRaise(id))];',
    },
    seen: /would raise the total from USD 400\.00 to USD 440\.00/,
  },
];

describe('a change that replay cannot see', () => {
  let mutant: Mutant | undefined;
  afterEach(async () => {
    await mutant?.remove();
    mutant = undefined;
  });

  it.each(MUTATIONS)('$name: the scenario test fails', { timeout: 120_000 }, async ({ mutation, seen }) => {
    mutant = await makeMutant([mutation]);
    const replayed = await replay(
      HISTORIES,
      (await namesOf(HISTORIES)).filter((name) => name.includes('completed')),
      path.join(mutant.directory, 'src/workflows/index.ts'),
    );
    expect(Object.values(replayed).filter((error) => error !== null)).toEqual([]);

    const postgres = inject('postgres');
    const shared = postgres === null ? {} : { [OUTER_POSTGRES]: JSON.stringify(postgres) };
    const { failed, output } = await runTest(
      mutant.directory,
      'test/workflows/rollout.test.ts',
      SCENARIO,
      shared,
    );
    expect(failed).toHaveLength(1);
    expect(output).toMatch(seen);
  });
});
