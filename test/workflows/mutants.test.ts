import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { HISTORIES, namesOf, replay } from '../replay/histories.js';
import { type Mutant, type Mutation, makeMutant } from '../support/mutant.js';
import { OUTER_POSTGRES } from '../support/one-postgres.js';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const SCENARIO = 'promotes a clear winner';

/** Changes that leave the sequence of commands as it is: replay can't see them, the scenario's amounts and instants do. */
const MUTATIONS: { name: string; mutation: Mutation; seen: RegExp }[] = [
  {
    name: '60 becomes 65',
    mutation: {
      file: 'src/domain/rollout-plan.ts',
      find: '{ winnerShare: 0.6, waitHours: 0 }',
      replace: '{ winnerShare: 0.65, waitHours: 0 }',
    },
    seen: /26000|14000/,
  },
  {
    name: 'one hour becomes two',
    mutation: {
      file: 'src/domain/rollout-plan.ts',
      find: '{ winnerShare: 0.7, waitHours: 1 }',
      replace: '{ winnerShare: 0.7, waitHours: 2 }',
    },
    seen: /to be less than 1\.1/,
  },
  {
    name: 'the raise comes before the cut',
    mutation: {
      file: 'src/domain/rollout-plan.ts',
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
      await namesOf(HISTORIES),
      path.join(mutant.directory, 'src/workflows/index.ts'),
    );
    expect(Object.values(replayed).filter((error) => error !== null)).toEqual([]);

    const { code, output } = await runScenario(mutant.directory);
    expect(code).toBe(1);
    expect(output).toMatch(/1 failed/);
    expect(output).toMatch(seen);
  });
});

function runScenario(directory: string): Promise<{ code: number | null; output: string }> {
  const postgres = inject('postgres');
  const shared = postgres === null ? {} : { [OUTER_POSTGRES]: JSON.stringify(postgres) };
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        VITEST,
        'run',
        '--root',
        directory,
        '--project',
        'whole',
        'test/workflows/rollout.test.ts',
        '-t',
        SCENARIO,
      ],
      {
        cwd: directory,
        env: { ...process.env, ...shared, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
