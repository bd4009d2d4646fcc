/** A word that explains itself if it is pressed, by mouse, finger or key. It needs no script. */
import type { Child } from 'hono/jsx';
import { WORD_KEYS, WORDS, type WordKey } from './words.js';

/** The word in a sentence or heading. Its explanation is one of {@link Explanations}. */
export function Word({ of, children }: { of: WordKey; children?: Child }) {
  return (
    <button type="button" class="word" popovertarget={`word-${of}`} aria-describedby="word-hint">
      {children ?? WORDS[of].name}
    </button>
  );
}

/** The explanations of all words, once per page, outside the part that a live page replaces. */
export function Explanations() {
  return (
    <div class="explanations no-print">
      <span id="word-hint" hidden>
        Press to read what it means
      </span>
      {WORD_KEYS.map((key) => (
        <p id={`word-${key}`} popover="auto" class="explanation">
          <strong>{WORDS[key].name}</strong>
          <br />
          {WORDS[key].text}
        </p>
      ))}
    </div>
  );
}
