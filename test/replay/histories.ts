import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';

/** Files `<workflow>.<scenario>.json`, recorded by `npm run record-histories` and never overwritten. */
export const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));
/** Histories of a workflow with a patch marker, which exists only in a copy made by a test. */
export const PATCHED = fileURLToPath(new URL('./patched/', import.meta.url));

/** Names of the histories in a folder, without their extension. */
export async function namesOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
}

/** Replays histories against the workflows at `workflowsPath`, without a server. Returns the error of each, or null. */
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
