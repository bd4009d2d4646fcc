import { EncoderFailure, TEXT_LIMIT } from './types.js';

/** @throws EncoderFailure of kind `text`, which names the first text that can't be encoded, by its place from 1. */
export function checkTexts(texts: readonly string[]): void {
  for (const [index, text] of texts.entries()) {
    const which = texts.length === 1 ? 'the text' : `text ${index + 1} of ${texts.length}`;
    if (text.trim() === '') {
      throw new EncoderFailure('text', `${which} is blank; it must have 1 to ${TEXT_LIMIT} characters`);
    }
    if (text.length > TEXT_LIMIT) {
      throw new EncoderFailure(
        'text',
        `${which} has ${text.length} characters; it may have at most ${TEXT_LIMIT}`,
      );
    }
  }
}
