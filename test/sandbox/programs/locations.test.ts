import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../../src/sandbox/programs/find-temporal-cli.mjs';
import {
  atLeast,
  cacheFolder,
  type Machine,
  temporalCliCandidates,
  temporalCliInCache,
  testServerInCache,
  versionIn,
} from '../../../src/sandbox/programs/locations.mjs';

describe('the cache folder', () => {
  it.each([
    ['linux', {}, '/home/ann/.cache/auto-promotion'],
    ['linux', { XDG_CACHE_HOME: '/fast/cache' }, '/fast/cache/auto-promotion'],
    ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/ann/.cache/auto-promotion'],
    ['darwin', {}, '/home/ann/Library/Caches/auto-promotion'],
  ])('on %s with %o is %s', (platform, env, folder) => {
    const machine: Machine = { env, platform, home: '/home/ann' };
    expect(cacheFolder(machine)).toBe(folder);
    expect(temporalCliInCache(machine)).toBe(`${folder}/temporal-cli-1.8.2/temporal`);
    expect(testServerInCache(machine)).toBe(`${folder}/temporal-test-server-1.38.0/temporal-test-server`);
  });
});

describe('versions', () => {
  it.each([
    ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)\n', '1.8.2'],
    ['temporal version v0.13.0', '0.13.0'],
    ['temporal version DEV', undefined],
    ['', undefined],
  ])('in %j is %s', (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  it.each([
    ['1.5', '1.5', true],
    ['1.5.0', '1.5', true],
    ['1.10.0', '1.5', true],
    ['1.4.9', '1.5', false],
    ['0.13.0', '1.5', false],
    ['2.0.0', '1.5', true],
    ['v20.19.0', '20.19', true],
    ['v20.18.3', '20.19', false],
  ])('%s is at least %s: %s', (version, minimum, expected) => {
    expect(atLeast(version, minimum)).toBe(expected);
  });
});

describe('the Temporal CLI', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-find-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function program(where: string, version: string): Promise<string> {
    const file = path.join(folder, where);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2)"\n`);
    await chmod(file, 0o755);
    return file;
  }
  function machine(env: Record<string, string> = {}): Machine {
    const onPath = ['old', 'new'].map((name) => path.join(folder, name)).join(path.delimiter);
    return { env: { PATH: onPath, ...env }, platform: 'linux', home: folder };
  }
  const inCache = '.cache/auto-promotion/temporal-cli-1.8.2/temporal';

  it('is the one that TEMPORAL_CLI names, if it is set', async () => {
    await program('new/temporal', '1.7.0');
    await program(inCache, '1.8.2');
    const chosen = await program('elsewhere/my-temporal', '1.6.0');
    expect(findTemporalCli(machine({ TEMPORAL_CLI: chosen }))).toEqual({
      found: { from: 'TEMPORAL_CLI', file: chosen },
      refused: [],
    });
  });

  it('is not found if the one that TEMPORAL_CLI names is missing or too old, even if there are others', async () => {
    await program(inCache, '1.8.2');
    const old = await program('elsewhere/my-temporal', '1.4.1');
    const tooOld = findTemporalCli(machine({ TEMPORAL_CLI: old }));
    expect(tooOld.found).toBeUndefined();
    expect(tooOld.refused[0]).toBe(`TEMPORAL_CLI is ${old}: it is version 1.4.1, but 1.5 or later is needed`);
    const missing = findTemporalCli(machine({ TEMPORAL_CLI: '/no/such/program' }));
    expect(missing.found).toBeUndefined();
    expect(missing.refused[0]).toContain('there is no such program');
  });

  it('is the first on PATH that is new enough', async () => {
    const old = await program('old/temporal', '1.4.0');
    const recent = await program('new/temporal', '1.5.0');
    await program(inCache, '1.8.2');
    const { found, refused } = findTemporalCli(machine());
    expect(found).toEqual({ from: 'PATH', file: recent });
    expect(refused).toEqual([`PATH has ${old}: it is version 1.4.0, but 1.5 or later is needed`]);
  });

  it('is the one in the cache if PATH has none that works', async () => {
    await program('old/temporal', '1.4.0');
    const broken = await program('new/temporal', '1.9.0');
    await writeFile(broken, '#!/bin/sh\nexit 7\n');
    const cached = await program(inCache, '1.8.2');
    const { found, refused } = findTemporalCli(machine());
    expect(found).toEqual({ from: 'cache', file: cached });
    expect(refused[1]).toBe(`PATH has ${broken}: it does not run (exit code 7)`);
  });

  it('is not found on a bare machine, and is never looked for in a relative folder', () => {
    expect(findTemporalCli(machine())).toEqual({ found: undefined, refused: [] });
    const candidates = temporalCliCandidates(machine({ PATH: `bin${path.delimiter}.${path.delimiter}` }));
    expect(candidates.map(({ from }) => from)).toEqual(['cache']);
  });
});
