import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { access, ownHost, sameOrigin } from './access.js';
import { ownForms } from './forms.js';
import { knownMethods, type MethodsByPath, methodsByPath } from './methods.js';
import { ApiProblem } from './problems.js';
import { readablePath } from './readable-path.js';
import { securityHeaders } from './security-headers.js';
import type { NamedToken } from './tokens.js';

const BODY_LIMIT = 1024 * 1024;

/**
 * What every request passes before a route of `app` answers it, in this order. `base`: path under which the app is.
 * `accountId`: null if it belongs to no single account.
 */
export function guard(
  app: OpenAPIHono,
  tokens: readonly NamedToken[],
  place: { base: string; accountId: string | null },
): void {
  // The routes come later, and all of them before the first request.
  let methods: MethodsByPath | null = null;
  const ofRoutes = () => {
    methods ??= methodsByPath(app.routes);
    return methods;
  };
  app.use('*', securityHeaders);
  app.use('*', ownHost(tokens));
  app.use('*', access(tokens, place));
  app.use('*', sameOrigin);
  app.use('*', bodyLimit({ maxSize: BODY_LIMIT }));
  app.use('*', knownMethods(ofRoutes));
  app.use('*', readablePath);
  app.use('*', ownForms);
  app.use('/api/*', async (c, next) => {
    const type = c.req.method === 'POST' ? c.req.header('content-type') : undefined;
    if (type !== undefined && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
      throw new ApiProblem('unsupported_media_type', `The body is ${type}; send application/json.`);
    return next();
  });
}
