import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Sends a signal to a child process when this one is gone, however it went: the pipe between this process and the
 * helper then closes. Kill the helper when the child has ended by itself, before its pid means another process.
 */
export function endWithThisProcess(pid: number, signal: 'TERM' | 'INT' | 'QUIT' | 'KILL'): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill "-$0" "$1"', signal, String(pid)], {
    // Out of the way of a Ctrl-C and of a signal to the whole process group.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  // Without a shell there is no guard, and the child's owner has to find it by other means.
  guard.once('error', () => {});
  guard.stdin.once('error', () => {});
  guard.unref();
  return guard;
}
