/** Why a forecast knows nothing, or less than it could. */
export type ForecastNote =
  /** No text that all creatives have differs between them. */
  | { code: 'nothing_compared' }
  /** Texts are read as English alone. */
  | { code: 'other_language'; language: string }
  | { code: 'nothing_learned' }
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
    case 'no_encoder':
      return `Nothing can be said now: ${note.reason}.`;
  }
}
