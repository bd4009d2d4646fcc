import type { PictureType } from '../creative/ran-creative.js';

const starts = (...bytes: number[]) => bytes;
const PNG = starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const JPEG = starts(0xff, 0xd8, 0xff);
const GIF = starts(0x47, 0x49, 0x46, 0x38);
const RIFF = starts(0x52, 0x49, 0x46, 0x46);
const WEBP = starts(0x57, 0x45, 0x42, 0x50);
const WEBP_AT = 8;

/** The type of a picture by its first bytes; null if it is no picture that can be shown. */
export function pictureTypeOf(bytes: Uint8Array): PictureType | null {
  const has = (form: readonly number[], at = 0) => form.every((byte, i) => bytes[at + i] === byte);
  if (has(PNG)) return 'image/png';
  if (has(JPEG)) return 'image/jpeg';
  if (has(GIF)) return 'image/gif';
  return has(RIFF) && has(WEBP, WEBP_AT) ? 'image/webp' : null;
}
