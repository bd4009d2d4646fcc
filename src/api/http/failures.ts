import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { acceptsHtml } from './access.js';
import { isPage } from './paths.js';
import { ApiProblem, toProblem } from './problems.js';

/**
 * Answers what a route throws, and addresses that no route has: a page for a browser, a problem document for a program.
 * `onInternalError`: called for each answer with status 500.
 */
export function answerFailures(
  app: OpenAPIHono,
  errorPage: (c: Context, problem: ApiProblem) => Promise<Response>,
  onInternalError: ((error: unknown, request: string) => void) | undefined,
): void {
  const answerTo = (c: Context, problem: ApiProblem) =>
    isPage(c.req.path) && acceptsHtml(c) ? errorPage(c, problem) : problem.toResponse();
  app.onError((error, c) => {
    const problem = toProblem(error);
    if (problem.kind === 'internal') onInternalError?.(error, `${c.req.method} ${c.req.path}`);
    return answerTo(c, problem);
  });
  app.notFound((c) => answerTo(c, new ApiProblem('not_found', `There is nothing at ${c.req.path}.`)));
}
