import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { readConfig } from '../../src/config.js';
import { temporalAt } from '../../src/service/addresses.js';
import { loadConfig } from '../../src/service/environment.js';
import { startChild } from '../system/production-shape/child.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'auto-promotion-env-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const writeEnv = (name: string, ...lines: string[]) =>
  writeFile(path.join(folder, name), `${lines.join('\n')}\n`);

/** Runs the program of an npm script in a new working folder, with only `env` as its environment. */
async function run(script: keyof typeof manifest.scripts, env: Record<string, string> = {}) {
  const program = manifest.scripts[script].split(' ').at(-1)!;
  const child = spawn(process.execPath, ['--import', TSX, path.join(ROOT, program), 'spring-sale'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, out, said: out + err };
}

describe('.env in the working folder', () => {
  it.each(['start', 'worker', 'api', 'doctor', 'replay-decision'] as const)(
    'is read by npm run %s, and is overridden by a variable that is set',
    async (script) => {
      await writeEnv('.env', 'PORT=canary', 'LIVE_WRITES=canary');
      const { code, said } = await run(script, { LIVE_WRITES: 'true' });
      expect(code).toBe(1);
      expect(said).toContain('PORT must be a port, 0 to 65535.');
      expect(said).not.toMatch(/LIVE_WRITES|canary/);
    },
  );

  it('makes the doctor examine live if it says so', async () => {
    await writeEnv('.env', 'MODE=live');
    const { code, out } = await run('doctor');
    expect(code).toBe(1);
    expect(out).toMatch(/^fail {2}Settings .*MODE=live needs META_ACCESS_TOKEN\./);
  });

  it('changes nothing if it is a copy of .env.example', async () => {
    await copyFile(path.join(ROOT, '.env.example'), path.join(folder, '.env'));
    const [copied, without] = await Promise.all([run('doctor'), run('doctor', { ENV_FILE: '' })]);
    expect(copied).toEqual(without);
    expect(copied.code).toBe(0);
  });
});

describe('the file of settings', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
  const loadFrom = (file: string) => {
    process.env.ENV_FILE = file;
    // The variables of the test runner.
    process.env.MODE = '';
    return loadConfig();
  };

  it('is the one that ENV_FILE names, which must exist; no file is read if ENV_FILE is empty', async () => {
    await writeEnv('other', 'MARKET_SEED=12');
    expect(loadFrom(path.join(folder, 'other')).marketSeed).toBe(12);
    delete process.env.MARKET_SEED;
    expect(loadFrom('').marketSeed).toBe(1);
    expect(() => loadFrom('/none/such')).toThrow('ENV_FILE names /none/such, which does not exist.');
    expect(() => loadFrom(folder)).toThrow(`${folder} can't be read as a file of settings`);
  });
});

describe('the tests', () => {
  it('start no command that reads the .env of the user who runs them', async () => {
    expect(process.env.ENV_FILE).toBe('');
    await writeEnv('.env', 'PORT=canary');
    const said: string[] = [];
    const child = startChild(
      'doctor',
      [process.execPath, '--import', TSX, `${ROOT}src/tools/doctor/main.ts`],
      {
        cwd: folder,
        env: { HOME: folder },
        log: (line) => said.push(line),
      },
    );
    expect([await child.exited, said[0]]).toEqual([0, expect.stringContaining('sandbox')]);
  });
});

describe("Temporal's own variables", () => {
  const names = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY'];
  const before = names.map((name) => [name, process.env[name]] as const);
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('count as unset if they are empty', () => {
    for (const name of names) process.env[name] = '';
    expect(temporalAt(readConfig({}))).toEqual({
      address: '',
      namespace: 'auto-promotion-sandbox',
      access: { tls: undefined, apiKey: undefined, metadata: undefined },
    });
  });
});
