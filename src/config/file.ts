import { readFileSync } from 'node:fs';

/** The text of a file that a setting names; null, with a sentence in `problems`, if it can't be read. */
export function contentOf(setting: string, file: string, problems: string[]): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    problems.push(`${setting} names a file that can't be read (${code}).`);
    return null;
  }
}
