import { createHash } from 'node:crypto';

/** Under which a text's vectors are kept, beside the encoder's id: the SHA-256 hash of its UTF-8 bytes, in hex. */
export function textHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
