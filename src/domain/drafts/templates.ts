/** First drafts of a brief, for an account without a winner to start from. They say what the brief says and no more. */

import type { Creative } from '../experiment.js';
import type { Brief } from './brief.js';
import { says } from './brief-rules.js';
import { afterwards, capital, endedBy } from './wording.js';

type Facts = Pick<Brief, 'product' | 'audience' | 'offer' | 'mustSay'>;

const HEADLINES: readonly ((facts: Facts) => string | null)[] = [
  ({ product, audience }) => (audience ? `${capital(product)} for ${audience}` : null),
  ({ product }) => `Meet our ${product}`,
  ({ product, offer }) => (offer ? `${capital(product)}: ${offer}` : null),
  ({ product }) => `Why ${product}?`,
  ({ product }) => `The ${product} you were looking for`,
  ({ product }) => capital(product),
];

/** The first is what edits start from. Each has all that must be said. */
export function templatesOf(facts: Facts): Creative[] {
  const seen = new Set<string>();
  return HEADLINES.flatMap((write) => {
    const headline = write(facts)?.trim();
    if (!headline || seen.has(headline)) return [];
    seen.add(headline);
    return [completed({ hook: null, headline, text: textOf(facts), script: null, visualNotes: null }, facts)];
  });
}

/** The creative with what the brief demands and it lacks, at the end of its text. */
export function completed(creative: Creative, { mustSay }: Pick<Facts, 'mustSay'>): Creative {
  const missing = mustSay.filter((words) => !says(creative, words));
  if (missing.length === 0) return creative;
  const text = missing.reduce(
    (all, words) => afterwards(all, endedBy(capital(words), '.')),
    creative.text ?? '',
  );
  return { ...creative, text };
}

function textOf({ product, audience, offer }: Facts): string | null {
  if (offer) return endedBy(capital(offer), '.');
  return audience ? `${capital(product)} for ${audience}.` : null;
}
