import type { Mutation } from './mutant.js';

/** Imports `patched` and `sleep` into the file in which the other mutations use them. */
export const IMPORT_SLEEP: Mutation = {
  file: 'src/workflows/running.ts',
  find: "import { showNextCheck } from './visibility.js';",
  replace:
    "import { patched, sleep } from '@temporalio/workflow';\nimport { showNextCheck } from './visibility.js';",
};

const BEFORE_INGEST =
  'async function look(run: Run, dueAt: number, asker: Intent | null): Promise<Decision | null> {\n';

/** A wait that a later version of the workflow might add, without a patch marker. */
export const INSERTED_SLEEP: Mutation = {
  file: 'src/workflows/running.ts',
  find: BEFORE_INGEST,
  replace: `${BEFORE_INGEST}  await sleep(1000);\n`,
};

/** The same behind a patch marker, as it would have to be added. */
export const PATCHED_SLEEP: Mutation = {
  ...INSERTED_SLEEP,
  replace: `${BEFORE_INGEST}  if (patched('settle-before-ingest')) await sleep(1000);\n`,
};
