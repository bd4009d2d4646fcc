/** Why a forecast knows nothing, or less than it could. */
export type ForecastNote =
  /** No text that all creatives have differs between them. */
  | { code: 'nothing_compared' }
  /** Texts are read as English alone. */
  | { code: 'other_language'; language: string }
  | { code: 'nothing_learned' }
  /** Most own tests are decided by another kind of rate, and those are what was learned from. */
  | { code: 'other_rate' }
  /** The encoder is missing or failed; `reason` is its sentence. */
  | { code: 'no_encoder'; reason: string };

export function noteSentence(note: ForecastNote): string {
  switch (note.code) {
    case 'nothing_compared':
      return 'Nothing is known: the ads have no text in which they differ.';
    case 'other_language':
      return `Nothing is known: a text is in ${note.language}, and only English is read.`;
    case 'nothing_learned':
      return 'Nothing is known yet: no test with different texts has ended.';
    case 'other_rate':
      return 'Your own tests are not used: most of them are decided by another rate than this one, e.g. by clicks and not by conversions.';
    case 'no_encoder':
      return `Nothing can be said now: ${note.reason}.`;
  }
}
