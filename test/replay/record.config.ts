import base from '../../vitest.config.js';

/** The configuration of `npm run record-histories`, which is not one of the tests because it writes files. */
const { projects: _, ...test } = base.test!;

export default {
  ...base,
  test: {
    ...test,
    include: [
      'test/replay/record.ts',
      'test/replay/record-messenger.ts',
      'test/replay/record-learning.ts',
      'test/replay/record-insights.ts',
    ],
    setupFiles: 'test/support/quiet-runtime.ts',
    globalSetup: ['test/support/one-postgres.ts', 'test/support/one-bundle.ts'],
    testTimeout: 120_000,
  },
};
