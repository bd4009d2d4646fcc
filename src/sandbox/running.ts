import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTimeOf } from './process-identity.js';

/** What a command must know about a running sandbox. */
export interface RunningSandboxNote {
  temporalAddress: string;
  temporalNamespace: string;
  /** `act_…` */
  accountId: string;
}

const NOTE = 'running.json';

/** Keeps a note in the data folder while this process runs its sandbox. Returns a function that removes the note. */
export function noteRunning(directory: string, note: RunningSandboxNote): () => void {
  const file = path.join(directory, NOTE);
  const owner = { pid: process.pid, startTime: startTimeOf(process.pid) };
  writeFileSync(file, `${JSON.stringify({ ...owner, ...note })}\n`);
  return () => rmSync(file, { force: true });
}

/** The note of the sandbox that runs on the folder; null if none runs, or if it was killed. */
export function runningSandbox(directory: string): RunningSandboxNote | null {
  let note: RunningSandboxNote & { pid: number; startTime: string };
  try {
    note = JSON.parse(readFileSync(path.join(directory, NOTE), 'utf8')) as typeof note;
  } catch {
    return null;
  }
  return startTimeOf(note.pid) === note.startTime ? note : null;
}
