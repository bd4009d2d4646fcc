import { configDefaults, defineConfig } from 'vitest/config';

/** Functions and loopback servers alone: these share one load of the packages in each worker. */
const LIGHT = ['domain', 'backtest', 'analyze', 'clients/meta', 'embedded/market', 'scripts'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Two cores: a Temporal server, a worker and a market share them with the tests.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'light',
          include: LIGHT,
          setupFiles: 'test/support/seeded-properties.ts',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          globalSetup: 'test/support/one-postgres.ts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...LIGHT],
        },
      },
    ],
  },
});
