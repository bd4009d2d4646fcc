import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One change of one file. `find` must occur exactly once, so that a mutation can't silently become a no-op. */
export interface Mutation {
  /** Relative to the repository. */
  file: string;
  find: string;
  replace: string;
}

export interface Mutant {
  directory: string;
  remove(): Promise<void>;
}

/** The file's text with the mutation. @throws Error if `find` doesn't occur exactly once, or nothing changes */
export async function mutated(root: string, { file, find, replace }: Mutation): Promise<string> {
  const text = await readFile(path.join(root, file), 'utf8');
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} contains this text ${places} times, not once: ${find}`);
  if (replace === find) throw new Error(`the mutation changes nothing in ${file}: ${find}`);
  return text.replace(find, () => replace);
}

/** Makes a copy of the sources and tests with the mutations, in a temporary folder, with the same packages. */
export async function makeMutant(mutations: Mutation[]): Promise<Mutant> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-mutant-'));
  for (const name of [
    'src',
    'test',
    'scripts',
    'migrations',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ]) {
    await cp(path.join(ROOT, name), path.join(directory, name), { recursive: true });
  }
  await symlink(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
  for (const mutation of mutations) {
    await writeFile(path.join(directory, mutation.file), await mutated(directory, mutation));
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
