/**
 * What Meta may cut or refuse in an ad's copy: a list of lengths and of words, and no guarantee. Meta decides by its own review,
 * of pictures and landing pages too.
 */

import type { Creative } from '../experiment.js';

/**
 * Characters after which Meta's placements cut a text (Meta's ads guide, image ads in the feed). A longer one is allowed: people
 * see its beginning.
 */
export const SHOWN_CHARACTERS = { headline: 40, text: 125 } as const;

export type CopyWarning =
  | { code: 'may_be_cut'; field: 'headline' | 'text'; characters: number; shown: number }
  | { code: 'policy'; topic: PolicyTopic; words: string };

/** What Meta's advertising standards restrict, as far as words show it. */
export const POLICY_TOPICS = {
  personal_attributes: {
    words:
      /\b(?:are|do|have) you (?:\w+ ){0,3}(?:depress\w*|overweight|obese|fat|diabet\w*|disab\w*|gay|lesbian|christian|muslim|jewish|black|asian|latino|bankrupt|in debt|divorced|pregnant|addict\w*|anxi\w*)\b|\byour (?:\w+ )?(?:depression|obesity|diabetes|disability|religion|debts?|divorce|addiction|anxiety|criminal record|sexuality)\b/i,
    message: 'says or implies something personal about the reader, such as health, religion or debts',
  },
  unrealistic_results: {
    words:
      /\b(?:guaranteed (?:results?|income|returns?|profit)|(?:lose|drop) \d+ ?(?:kg|kilos?|lbs?|pounds)|get rich|make (?:\$|£|€)\d[\d,.]* (?:a|per) (?:day|week|month)|miracle|cures?|overnight results?|100% (?:safe|effective))\b/i,
    message: 'promises a result that can hardly be shown',
  },
  before_and_after: {
    words: /\bbefore[ -](?:and|&)[ -]after\b/i,
    message: 'compares before and after, which Meta refuses for bodies and health',
  },
  sensational: {
    words:
      /\b(?:you won['’]t believe|shocking(?:ly)?|this one (?:weird )?trick|doctors hate|what happened next)\b/i,
    message: 'is sensational: Meta shows clickbait less often',
  },
  engagement_bait: {
    words: /\b(?:like|share|tag|comment)(?: \w+){0,3} if\b|\btag a friend\b|\bshare this\b/i,
    message: 'asks for likes, shares or tags: Meta shows such ads less often',
  },
  meta_brand: {
    words: /\b(?:facebook|instagram|whatsapp|meta)\b/i,
    message: "names one of Meta's brands, which is restricted",
  },
  restricted_goods: {
    words:
      /\b(?:cbd|thc|vapes?|vaping|e-cigarettes?|cigarettes?|tobacco|guns?|ammunition|casino|betting|crypto(?:currency)?|steroids?|prescription)\b/i,
    message: 'names goods that Meta forbids or restricts',
  },
  profanity: {
    words: /\b(?:shit\w*|fuck\w*|damn|bitch\w*|bastards?|assholes?)\b/i,
    message: 'is profane',
  },
  shouting: {
    words: /!{2,}|\?{2,}|(?:\b\p{Lu}{3,}\b\W+){3,}/u,
    message: 'shouts: repeated marks, or several words in capitals',
  },
} as const satisfies Record<string, { words: RegExp; message: string }>;
export type PolicyTopic = keyof typeof POLICY_TOPICS;

export function checkCopy({ hook, headline, text, script }: Creative): CopyWarning[] {
  const fields = { headline: headline ?? hook, text } as const;
  const cut = (['headline', 'text'] as const).flatMap((field): CopyWarning[] => {
    const characters = [...(fields[field] ?? '')].length;
    const shown = SHOWN_CHARACTERS[field];
    return characters > shown ? [{ code: 'may_be_cut', field, characters, shown }] : [];
  });
  const all = [hook, headline, text, script].filter((part) => part !== null).join('\n');
  const policy = (Object.keys(POLICY_TOPICS) as PolicyTopic[]).flatMap((topic): CopyWarning[] => {
    const found = all.match(POLICY_TOPICS[topic].words);
    return found ? [{ code: 'policy', topic, words: found[0].trim() }] : [];
  });
  return [...cut, ...policy];
}

export function warningSentence(warning: CopyWarning): string {
  if (warning.code === 'may_be_cut') {
    return `The ${warning.field} has ${warning.characters} characters: Meta may show only the first ${warning.shown}.`;
  }
  return `Meta may refuse it: “${warning.words}” ${POLICY_TOPICS[warning.topic].message}.`;
}
