import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';

/** Named `<workflow>.<scenario>.json`; recorded by `npm run record-histories`, never overwritten. */
export const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));
/** Of a workflow with a patch marker, which exists only in a test's copy. */
export const PATCHED = fileURLToPath(new URL('./patched/', import.meta.url));

/** Names of the histories in a folder. */
export async function namesOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
}

/** Replays histories against the workflows at `workflowsPath`, with no server. Answers the error of each, or null. */
export async function replay(
  folder: string,
  names: string[],
  workflowsPath: string,
): Promise<Record<string, string | null>> {
  const histories = await Promise.all(
    names.map(async (name) => ({
      workflowId: name,
      history: historyFromJSON(JSON.parse(await readFile(`${folder}${name}`, 'utf8'))),
    })),
  );
  const results: Record<string, string | null> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowsPath }, histories)) {
    results[workflowId] = error ? error.message : null;
  }
  return results;
}
