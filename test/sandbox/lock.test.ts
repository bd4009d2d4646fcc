import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, DataFolderInUse } from '../../src/sandbox/lock.js';
import { startTimeOf } from '../../src/sandbox/process-identity.js';

const LOCK = fileURLToPath(new URL('../../src/sandbox/lock.ts', import.meta.url));

/** Takes the lock of the folder in its first argument, prints the result, and waits for a line before it ends. */
const CONTENDER = `
  import { acquireLock } from ${JSON.stringify(LOCK)};
  const gate = new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdout.write('ready\\n');
  await gate;
  try {
    await acquireLock(process.argv[1]);
    process.stdout.write('held\\n');
    setInterval(() => {}, 1000);
  } catch (error) {
    process.stdout.write(error.name + ' ' + error.pid + '\\n');
    process.exit(0);
  }
`;

class Contender {
  readonly #lines: AsyncIterator<string>;
  private constructor(readonly child: ChildProcess) {
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  static start(directory: string): Contender {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', CONTENDER, directory];
    return new Contender(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value as string;
  }

  go(): void {
    this.child.stdin!.write('go\n');
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

describe('the lock of a data folder', () => {
  let directory: string;
  const contenders: Contender[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-lock-'));
  });
  afterEach(async () => {
    for (const contender of contenders.splice(0)) await contender.kill();
    await rm(directory, { recursive: true, force: true });
  });

  async function contend(): Promise<Contender> {
    const contender = Contender.start(directory);
    contenders.push(contender);
    expect(await contender.line()).toBe('ready');
    return contender;
  }

  it('is taken, is refused to a second process with pid and instant, and is free again after its release', async () => {
    const before = Date.now();
    const lock = await acquireLock(directory);
    const refusal = await acquireLock(directory).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataFolderInUse);
    const { pid, since, message } = refusal as DataFolderInUse;
    expect(pid).toBe(process.pid);
    expect(Math.abs(since.getTime() - before)).toBeLessThan(5_000);
    expect(message).toContain(`process ${process.pid} since ${since.toISOString()}`);
    await lock.release();
    const again = await acquireLock(directory);
    await again.release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused while another process lives, and is taken over after that process was killed', async () => {
    const holder = await contend();
    holder.go();
    expect(await holder.line()).toBe('held');
    await expect(acquireLock(directory)).rejects.toMatchObject({
      name: 'DataFolderInUse',
      pid: holder.child.pid,
    });
    await holder.kill();
    const lock = await acquireLock(directory);
    expect(await readdir(directory)).toHaveLength(1);
    await lock.release();
  });

  it('does not mistake a process with a reused pid for the holder', async () => {
    const stale = `lock.${process.pid}.1-00000000.0123456789abcdef`;
    await writeFile(path.join(directory, stale), '');
    const lock = await acquireLock(directory);
    expect(await readdir(directory)).not.toContain(stale);
    await lock.release();
  });

  it('goes to exactly one of several processes that start at once after its holder was killed', async () => {
    await writeFile(path.join(directory, 'lock.999999999.1-00000000.0123456789abcdef'), '');
    const started = await Promise.all([contend(), contend(), contend(), contend()]);
    for (const contender of started) contender.go();
    const outcomes = await Promise.all(started.map((contender) => contender.line()));
    const winner = started[outcomes.indexOf('held')];
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === `DataFolderInUse ${winner?.child.pid}`)).toHaveLength(3);
  });
});

describe('the start time of a process', () => {
  it('is stable for a living process and undefined once it has ended, even before it is reaped', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid!;
    const first = startTimeOf(pid);
    expect(first).toMatch(/^[A-Za-z0-9-]+$/);
    expect(startTimeOf(pid)).toBe(first);
    expect(startTimeOf(process.pid)).not.toBe(first);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(startTimeOf(pid)).toBeUndefined();
  });
});
