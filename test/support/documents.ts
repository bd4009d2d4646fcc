import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The only fenced block of this language that contains `text`. `document`: its path from the root. */
export function documentBlock(document: string, language: string, text: string): string {
  const content = readFileSync(fileURLToPath(new URL(`../../${document}`, import.meta.url)), 'utf8');
  const blocks = [...content.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  const found = blocks.filter(([, tag, block]) => tag === language && block!.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${document} contain: ${text}`);
  return found[0]![2]!;
}
