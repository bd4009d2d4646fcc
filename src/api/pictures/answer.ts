import { z } from '@hono/zod-openapi';
import { PICTURE_TYPES, type StoredPicture } from '../../domain/creative/ran-creative.js';

const binary = { schema: z.string().openapi({ format: 'binary' }) };

/** A picture in the description of the API. */
export function pictureAnswer(description: string) {
  return { description, content: Object.fromEntries(PICTURE_TYPES.map((type) => [type, binary])) };
}

/** Every answer also says that a browser must not take it for anything else: see security-headers.ts. */
export function pictureHeaders({ type }: StoredPicture, cacheControl: string) {
  return { 'content-type': type, 'cache-control': cacheControl };
}
