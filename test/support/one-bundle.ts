import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';

const WORKFLOWS = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** File with the bundled workflows of this copy of the sources. */
    workflowBundle: string;
  }
}

/** Bundles the workflows once for all workers of a run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-bundle-'));
  const file = path.join(directory, 'workflows.js');
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('WARN') });
  await writeFile(file, code);
  provide('workflowBundle', file);
  return () => rm(directory, { recursive: true, force: true });
}
