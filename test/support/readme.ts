import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

/** The content of each fenced block of README.md of that language, in order. */
export function readmeBlocks(language: string): string[] {
  const blocks = README.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, tag, content]) => (tag === language ? [content!] : []));
}

/** The one block of that language in which `text` stands. */
export function readmeBlock(language: string, text: string): string {
  const found = readmeBlocks(language).filter((block) => block.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of README.md have: ${text}`);
  return found[0]!;
}
