import base from '../../vitest.config.js';

/** `npm run record-histories`: not among the tests, because it writes. */
const { projects: _, ...test } = base.test!;

export default {
  ...base,
  test: {
    ...test,
    include: ['test/replay/record.ts'],
    setupFiles: 'test/support/quiet-runtime.ts',
    globalSetup: ['test/support/one-postgres.ts', 'test/support/one-bundle.ts'],
    testTimeout: 120_000,
  },
};
