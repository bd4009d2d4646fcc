import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Functions and loopback servers alone: they need no Postgres and no Temporal. */
const LIGHT = [
  'domain',
  'bench/search',
  'bench/preference',
  'bench/learning-pays',
  'bench/warm-start',
  'bench/calibration',
  'bench/pattern-looks',
  'tools/backtest',
  'tools/headline-tests',
  'tools/patterns',
  'tools/score',
  'tools/archive',
  'archive',
  'tools/analyze',
  'clients/encoder',
  'clients/meta',
  'sandbox/meta-simulator',
  'scripts',
  'ci',
  'wording',
].map((folder) => `test/${folder}/**/*.test.ts`);

/** Those that take longest, or wait for real time to pass: begun first, so that none is left over at the end. */
const FIRST = [
  ...[
    'system/chaos/chaos',
    'system/crash/kill',
    'system/canaries/canaries',
    'tools/demo/demo',
    'system/crash/lost-progress',
  ],
  ...[
    'workflows/mutants',
    'workflows/faults',
    'workflows/verification',
    'workflows/adrift',
    'bench/decisions',
  ],
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = FIRST.findIndex((name) => moduleId.endsWith(name));
      return index === -1 ? FIRST.length : index;
    };
    return [...files].sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Files share one load of the packages in each worker: loading them anew took a third of all the time.
    isolate: false,
    // The commands that tests start must not read the `.env` of whoever runs them.
    env: { ENV_FILE: '' },
    // Two cores: many of the tests wait for a Temporal server, or for real time to pass.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'light',
          include: LIGHT,
          setupFiles: 'test/support/seeded-properties.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          globalSetup: ['test/support/one-postgres.ts', 'test/support/one-bundle.ts'],
          // Temporal's runtime is one for a process: before any file can start it another way.
          setupFiles: 'test/support/quiet-runtime.ts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...LIGHT],
        },
      },
    ],
  },
});
