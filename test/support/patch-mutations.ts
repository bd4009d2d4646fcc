import type { Mutation } from './mutant.js';

/** `patched` and `sleep` in the file that the other mutations use them in. */
export const IMPORT_SLEEP: Mutation = {
  file: 'src/workflows/running.ts',
  find: "import type { Intent } from './inbox.js';",
  replace:
    "import { patched, sleep } from '@temporalio/workflow';\nimport type { Intent } from './inbox.js';",
};

const BEFORE_INGEST =
  'async function look(run: Run, dueAt: number, asker: Intent | null): Promise<Decision | null> {\n';

/** A wait that a later version of the workflow might bring, bare. */
export const INSERTED_SLEEP: Mutation = {
  file: 'src/workflows/running.ts',
  find: BEFORE_INGEST,
  replace: `${BEFORE_INGEST}  await sleep(1000);\n`,
};

/** The same behind a patch marker, as it would have to come. */
export const PATCHED_SLEEP: Mutation = {
  ...INSERTED_SLEEP,
  replace: `${BEFORE_INGEST}  if (patched('settle-before-ingest')) await sleep(1000);\n`,
};
