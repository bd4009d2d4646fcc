import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Sends a signal to a child process when this process has ended, for whatever reason: the pipe to the helper process
 * closes then. Kill the helper as soon as the child has ended by itself, before another process gets its pid.
 */
export function endWithThisProcess(pid: number, signal: 'TERM' | 'INT' | 'QUIT' | 'KILL'): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill "-$0" "$1"', signal, String(pid)], {
    // Ctrl-C and a signal to the whole process group must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  // Without a shell there is no guard: the next start must find the orphaned child by other means.
  guard.once('error', () => {});
  guard.stdin.once('error', () => {});
  guard.unref();
  return guard;
}
