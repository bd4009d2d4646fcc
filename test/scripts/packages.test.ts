import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesAreThere } from '../../scripts/setup/packages.mjs';

describe('packagesAreThere', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-packages-'));
    await mkdir(path.join(root, 'node_modules'));
    await write('package-lock.json', {
      '': { version: '0.1.0' },
      'node_modules/pg': { version: '8.0.0', integrity: 'sha512-a' },
      'node_modules/only-on-another-machine': { version: '1.0.0', integrity: 'sha512-b', optional: true },
    });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = (file: string, packages: object) =>
    writeFile(path.join(root, file), JSON.stringify({ lockfileVersion: 3, packages }));
  const install = (packages: object) => write('node_modules/.package-lock.json', packages);

  it('is false in a fresh clone, and after an installation that was interrupted', async () => {
    expect(packagesAreThere(root)).toBe(false);
    await rm(path.join(root, 'node_modules'), { recursive: true });
    expect(packagesAreThere(root)).toBe(false);
  });

  it('is true if all packages are installed except those for other machines', async () => {
    await install({ 'node_modules/pg': { version: '8.0.0', integrity: 'sha512-a' } });
    expect(packagesAreThere(root)).toBe(true);
  });

  it('is false if a version or its content differs, or a package is missing', async () => {
    await install({ 'node_modules/pg': { version: '7.9.0', integrity: 'sha512-a' } });
    expect(packagesAreThere(root)).toBe(false);
    await install({ 'node_modules/pg': { version: '8.0.0', integrity: 'sha512-z' } });
    expect(packagesAreThere(root)).toBe(false);
    await install({});
    expect(packagesAreThere(root)).toBe(false);
  });
});
