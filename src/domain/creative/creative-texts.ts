import type { Creative } from '../experiment.js';
import type { CreativeTexts } from './texts.js';

/**
 * What attributes are read from in a variant's creative. The hook of an ad with a headline is the first part of its body. An
 * ad without both has a body alone. `brands`: names of the account's brands.
 */
export function textsOf(
  { hook, headline, text, script, visualNotes }: Creative,
  brands: readonly string[] = [],
): CreativeTexts {
  const [first = '', ...second] = [headline, hook].filter(isSaid);
  const body = [...second, text, script].filter(isSaid).join('\n');
  return { headline: first, body, visualNotes: isSaid(visualNotes) ? visualNotes : null, brands };
}

function isSaid(part: string | null): part is string {
  return part !== null && part.trim() !== '';
}
