import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from '../http/problems.js';
import { createRouter, failures } from '../http/routing.js';
import { pictureAnswer, pictureHeaders } from './answer.js';

const one = createRoute({
  method: 'get',
  path: '/api/ab/pictures/{hash}',
  summary: 'A picture that an ad showed when its test began',
  request: {
    params: z.object({
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 hash, which has 64 digits from 0 to f')
        .openapi({ param: { name: 'hash', in: 'path' } }),
    }),
  },
  responses: { 200: pictureAnswer('The picture with this hash'), ...failures },
});

/** `/api/ab/pictures/{hash}`. */
export function pictureRoutes({ store }: ApiContext): OpenAPIHono {
  return createRouter().openapi(one, async (c) => {
    const { hash } = c.req.valid('param');
    const picture = await store.picture(hash);
    if (!picture) throw new ApiProblem('not_found', `No picture with the hash ${hash} is stored.`);
    // Other bytes have another hash.
    const headers = pictureHeaders(picture, 'private, max-age=31536000, immutable');
    return c.body(new Uint8Array(picture.bytes), 200, headers);
  });
}
