import base from '../../vitest.config.js';

/** `npm run record-histories`: not among the tests, because it writes. */
export default { ...base, test: { ...base.test, include: ['test/replay/record.ts'], testTimeout: 120_000 } };
