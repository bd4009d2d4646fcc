/** What a brief demands of every draft. */

import type { Creative } from '../experiment.js';
import type { Brief } from './brief.js';

/** The first words of `mustNotSay` that the creative contains; null without one. */
export function forbiddenIn(creative: Creative, { mustNotSay }: Pick<Brief, 'mustNotSay'>): string | null {
  return mustNotSay.find((words) => says(creative, words)) ?? null;
}

/** The first words of `mustSay` that the creative lacks; null if it has all. */
export function missingIn(creative: Creative, { mustSay }: Pick<Brief, 'mustSay'>): string | null {
  return mustSay.find((words) => !says(creative, words)) ?? null;
}

/** Whole words, in any case and with any spaces between them; marks and emoji as they are. */
export function says(creative: Creative, words: string): boolean {
  const wanted = plain(words);
  if (wanted === '') return words.trim() !== '' && textOf(creative).includes(words.trim());
  return ` ${plain(textOf(creative))} `.includes(` ${wanted} `);
}

function textOf({ hook, headline, text, script }: Creative): string {
  return [hook, headline, text, script].filter((part) => part !== null).join('\n');
}

function plain(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}%$€£]+/gu) ?? []).join(' ');
}
