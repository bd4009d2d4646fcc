import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const dockerfile = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');
const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const IMPORT = /^(?:import|export)\s(?!type\s)[^;]*?from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)/gm;

/** Files and packages that an entry point loads at run time. */
function loadedBy(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, from, bare, dynamic] of readFileSync(path.join(ROOT, file), 'utf8').matchAll(IMPORT)) {
      const source = (from ?? bare ?? dynamic)!;
      if (source.startsWith('.')) {
        const target = path.join(path.dirname(file), source);
        const candidates = [target, target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')];
        visit(candidates.find((candidate) => existsSync(path.join(ROOT, candidate)))!);
      } else if (!source.startsWith('node:')) {
        const parts = source.split('/');
        packages.add(parts.slice(0, source.startsWith('@') ? 2 : 1).join('/'));
      }
    }
  };
  visit(entry);
  return { files, packages };
}

describe.each([
  'src/bin/worker.ts',
  'src/bin/api.ts',
  'src/bin/worker-health.ts',
  'src/tools/doctor/main.ts',
])('%s in the image', (entry) => {
  const { files, packages } = loadedBy(entry);

  it('loads only files that the image has, and nothing of the embedded parts', () => {
    expect(files.size).toBeGreaterThan(3);
    const folders = new Set([...files].map((file) => file.split('/')[0]));
    for (const folder of folders) expect(dockerfile).toContain(`COPY ${folder} ${folder}\n`);
    expect([...files].filter((file) => file.startsWith('src/sandbox/'))).toEqual([]);
  });

  it('loads only packages that are installed without development dependencies', () => {
    expect(packages.size).toBeGreaterThan(1);
    expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  it('runs as a user who is not root, without npm in front, on a pinned Node', () => {
    expect(dockerfile).toMatch(/^FROM node:24\.\d+\.\d+-slim$/m);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^CMD \["node", "--import", "tsx",/m);
    expect(dockerfile).toContain('npm ci --omit=dev');
  });

  it('can copy only what .dockerignore names, so no .env and no data folder', () => {
    const rules = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources]) =>
      sources!.split(' '),
    );
    expect(
      rules
        .slice(1)
        .map((rule) => rule.slice(1))
        .sort(),
    ).toEqual(copied.sort());
  });
});
