import { spawn } from 'node:child_process';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithThisProcess } from '../../../src/sandbox/guard.js';

export interface Child {
  pid: number;
  /** Settles with the exit code; as in a shell, an ending signal counts as 128 plus its number. */
  exited: Promise<number>;
  /** The first line of its output that matches. @throws if it ends or the time is up before. */
  line(pattern: RegExp, limitMs: number): Promise<RegExpExecArray>;
  /** SIGTERM to its whole group, SIGKILL after `patienceMs`; returns the exit code. */
  stop(patienceMs?: number): Promise<number>;
}

/**
 * Starts a process in a group of its own, which ends with this process at the latest. Each line it prints goes to `log`.
 * It gets only the given environment, and no `.env` of the user who runs this.
 */
export function startChild(
  name: string,
  command: readonly [string, ...string[]],
  options: { env: Record<string, string>; cwd?: string; log(line: string): void },
): Child {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ENV_FILE: '', ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      options.log(`${name}: ${line}`);
      for (const listener of listeners) listener(line);
    });
  }
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal!]));
  });
  exited.catch(() => {});
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start: there is no ${program}.`);
  const guard = endWithThisProcess(-pid, 'KILL');
  void exited.then(() => guard.kill('SIGKILL'));
  return {
    pid,
    exited,
    line: (pattern, limitMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => fail(`said nothing like ${pattern} within ${limitMs} ms`), limitMs);
        const end = () => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const fail = (why: string) => {
          end();
          reject(new Error([`${name} ${why}. It said:`, ...said.slice(-10)].join('\n')));
        };
        const look = (line: string) => {
          const match = pattern.exec(line);
          if (match === null) return;
          end();
          resolve(match);
        };
        listeners.add(look);
        void exited.then((code) => fail(`ended with exit code ${code}`));
        said.forEach(look);
      }),
    async stop(patienceMs = 20_000) {
      // Signal the whole group, as Ctrl-C does: npm doesn't pass a signal on to its child.
      signal(pid, 'SIGTERM');
      const code = await Promise.race([exited, delay(patienceMs, undefined, { ref: false })]);
      if (code !== undefined) return code;
      signal(pid, 'SIGKILL');
      return exited;
    },
  };
}

function signal(group: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    // ESRCH: nothing of the group is running any more.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Runs a program to its end. @throws with its output if it fails. */
export async function runToEnd(
  name: string,
  command: readonly [string, ...string[]],
  options: { env: Record<string, string>; cwd?: string; log(line: string): void },
): Promise<void> {
  const said: string[] = [];
  const child = startChild(name, command, {
    ...options,
    log(line) {
      said.push(line);
      options.log(line);
    },
  });
  const code = await child.exited;
  if (code !== 0) throw new Error([`${name} ended with exit code ${code}:`, ...said.slice(-10)].join('\n'));
}
