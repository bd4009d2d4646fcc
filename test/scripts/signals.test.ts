import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Replaces each long-running command: prints that it has started, and which signal ended it. */
const STAND_IN = `
setInterval(() => {}, 1_000);
process.on('SIGTERM', () => { console.log('ended by SIGTERM'); process.exit(0); });
console.log('up');
`;

/** A supervisor sends its signal to npm. The command that npm started must not go on moving money after that. */
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-signals-'));
  await cp(path.join(ROOT, 'package.json'), path.join(directory, 'package.json'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it.each(['start', 'demo', 'worker', 'api'])('npm run %s passes a signal on', async (name) => {
  const { scripts } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const entry = path.join(directory, /\bsrc\/\S+\.ts$/.exec(scripts[name]!)![0]);
  await mkdir(path.dirname(entry), { recursive: true });
  await writeFile(entry, STAND_IN);
  const npm = spawn('npm', ['run', '--silent', '--ignore-scripts', name], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let said = '';
  const ended = new Promise<void>((resolve) => npm.stdout.once('close', resolve));
  npm.stdout.on('data', (chunk: Buffer) => {
    if (said === '') npm.kill('SIGTERM');
    said += chunk;
  });
  // Processes that npm leaves behind are still in its process group.
  const giveUp = setTimeout(() => process.kill(-npm.pid!, 'SIGKILL'), 20_000);
  // Its output is closed once no process that it started is left.
  await ended;
  clearTimeout(giveUp);
  expect(said).toBe('up\nended by SIGTERM\n');
});
