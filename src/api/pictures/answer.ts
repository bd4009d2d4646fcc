import { z } from '@hono/zod-openapi';
import { PICTURE_TYPES, type StoredPicture } from '../../domain/creative/ran-creative.js';

const binary = { schema: z.string().openapi({ format: 'binary' }) };

/** A picture in the description of the API. */
export function pictureAnswer(description: string) {
  return { description, content: Object.fromEntries(PICTURE_TYPES.map((type) => [type, binary])) };
}

/** A picture comes from elsewhere: a browser must take it for nothing else, and run nothing in it. */
export function pictureHeaders({ type }: StoredPicture, cacheControl: string) {
  return {
    'content-type': type,
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  };
}
