import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Computes until the process that started it is gone, however that ends. */
const BUSY = `
const parent = Number(process.argv[1]);
while (process.ppid === parent) for (const end = Date.now() + 200; Date.now() < end; );
`;

/** Keeps this many cores busy with other processes. */
export function keepBusy(count: number): { stop(): Promise<void> } {
  const busy: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', BUSY, String(process.pid)], { stdio: 'ignore' }),
  );
  return {
    async stop() {
      for (const child of busy) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}
