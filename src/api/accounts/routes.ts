import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { accountSummaries } from './read.js';
import { AccountsAnswer } from './responses.js';

const all = createRoute({
  method: 'get',
  path: '/api/accounts',
  summary: 'The ad accounts that the caller may use, side by side',
  responses: { 200: answers('The accounts', AccountsAnswer), ...failures },
});

/** `/api/accounts`. `allowed`: the accounts that whoever sends a request may use. */
export function accountsRoutes(allowed: (c: Context) => readonly ApiContext[]): OpenAPIHono {
  return createRouter().openapi(all, async (c) =>
    c.json({ accounts: await accountSummaries(allowed(c)) }, 200),
  );
}
