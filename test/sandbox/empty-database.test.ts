import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { emptyDatabase } from '../../src/sandbox/empty-database.js';
import { thisMachine } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../../src/sandbox/programs/locations.mjs';

afterEach(() => vi.unstubAllEnvs());

const kept = async () =>
  (await readdir(cacheFolder(thisMachine()))).filter((name) => /^pglite-[\d.]+\.tar$/.test(name));

describe('the image of an empty database', () => {
  it('is read from the cache of the machine', async () => {
    const cache = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-cache-'));
    try {
      // Whoever needed one first, e.g. the database of this run, has made it.
      const [name] = (await emptyDatabase()) ? await kept() : [];
      await mkdir(path.join(cache, 'auto-promotion'));
      await writeFile(path.join(cache, 'auto-promotion', name!), 'an image');
      vi.stubEnv('XDG_CACHE_HOME', cache);
      expect(await (await emptyDatabase())!.text()).toBe('an image');
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  it('is left out if the cache cannot be used', async () => {
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null');
    expect(await emptyDatabase()).toBeNull();
  });
});
