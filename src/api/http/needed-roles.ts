import type { Role } from './principal.js';

/** `public`: without a token too. */
export type NeededRole = Role | 'public';

/**
 * The role that each route needs, by method and path as the app registers them. A route that isn't listed needs an admin,
 * and a test fails until it is.
 */
export const NEEDED_ROLES: Readonly<Record<string, NeededRole>> = {
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /openapi.json': 'public',
  'GET /metrics': 'viewer',
  'GET /assets/:file': 'public',

  'GET /sign-in': 'public',
  'POST /sign-in': 'public',
  'POST /sign-out': 'public',
  'GET /docs': 'viewer',
  'GET /help': 'viewer',
  'GET /': 'viewer',
  'GET /compound': 'viewer',
  'GET /learn': 'viewer',
  'GET /learn/patterns/:id': 'viewer',
  // Leads to the page with the form.
  'GET /learn/patterns': 'viewer',
  'POST /learn/patterns': 'operator',
  'GET /drafts': 'viewer',
  // It may cost money.
  'POST /drafts': 'operator',
  'GET /drafts/:id': 'viewer',
  'GET /account': 'viewer',
  // Engaging it. Its release needs KILL_SWITCH_RELEASE.
  'POST /account/kill-switch': 'operator',
  'POST /account/freeze-windows': 'operator',
  // Like the release of the kill switch, it lets money move.
  'POST /account/freeze-windows/:id/remove': 'admin',
  'POST /account/hooks/:name/test': 'operator',
  'POST /client-links': 'operator',
  // The link itself says what it shows, and is signed.
  'GET /shared/:link': 'public',
  'GET /reports': 'viewer',
  'GET /reports/:id': 'viewer',
  'GET /experiments/new': 'viewer',
  'POST /experiments/new': 'operator',
  'GET /experiments/:id': 'viewer',
  'GET /experiments/:id/series': 'viewer',
  'GET /experiments/:id/scorecard': 'viewer',
  // Leads to the page of the test.
  'GET /experiments/:id/controls/:kind': 'viewer',
  'POST /experiments/:id/controls/:kind': 'operator',
  // Leads to the page of the test.
  'GET /experiments/:id/insights': 'viewer',
  'POST /experiments/:id/insights': 'operator',

  'GET /api/accounts': 'viewer',
  'GET /api/ab/overview': 'viewer',

  'GET /api/ab/account/ads': 'viewer',
  'GET /api/ab/account/ads/:ad_id/thumbnail': 'viewer',
  'GET /api/ab/account/proposals': 'viewer',
  'GET /api/ab/pictures/:hash': 'viewer',
  'POST /api/ab/experiments/preview': 'operator',

  'GET /api/ab/experiments': 'viewer',
  'POST /api/ab/experiments': 'operator',
  'GET /api/ab/experiments/:id': 'viewer',
  'GET /api/ab/experiments/:id/looks': 'viewer',
  'GET /api/ab/experiments/:id/looks/:look/replay': 'viewer',
  'GET /api/ab/experiments/:id/series': 'viewer',
  'GET /api/ab/experiments/:id/forecast': 'viewer',
  'POST /api/ab/forecasts': 'operator',
  'GET /api/ab/drafts': 'viewer',
  'POST /api/ab/drafts': 'operator',
  'GET /api/ab/drafts/next-brief': 'viewer',
  'GET /api/ab/drafts/:id': 'viewer',
  'GET /api/ab/model': 'viewer',
  'GET /api/ab/experiments/:id/scorecard': 'viewer',
  'GET /api/ab/experiments/:id/scorecard/csv': 'viewer',
  'GET /api/ab/experiments/:id/insights': 'viewer',
  // It may cost money.
  'POST /api/ab/experiments/:id/insights': 'operator',
  'GET /api/ab/experiments/:id/ledger': 'viewer',
  'GET /api/ab/experiments/:id/gates': 'viewer',
  'GET /api/ab/experiments/:id/controls': 'viewer',
  'POST /api/ab/experiments/:id/check': 'operator',
  'POST /api/ab/experiments/:id/pause': 'operator',
  'POST /api/ab/experiments/:id/resume': 'operator',
  'POST /api/ab/experiments/:id/promote': 'operator',
  'POST /api/ab/experiments/:id/approve': 'operator',
  'POST /api/ab/experiments/:id/drop': 'operator',
  'POST /api/ab/experiments/:id/extend': 'operator',
  'POST /api/ab/experiments/:id/revert': 'operator',
  'POST /api/ab/experiments/:id/stop': 'operator',
  'POST /api/ab/experiments/:id/resolve': 'operator',

  'GET /api/ab/account': 'viewer',
  // Engaging it. Its release needs KILL_SWITCH_RELEASE.
  'POST /api/ab/account/kill-switch': 'operator',
  'GET /api/ab/account/freeze-windows': 'viewer',
  'POST /api/ab/account/freeze-windows': 'operator',
  // Like the release of the kill switch, it lets money move.
  'POST /api/ab/account/freeze-windows/:id/remove': 'admin',

  'POST /api/ab/auto-promote/check': 'operator',
  'POST /api/ab/auto-promote/check-all': 'operator',
  'GET /api/ab/auto-promote/history': 'viewer',
  'GET /api/ab/auto-promote/compound-report': 'viewer',
  'GET /api/ab/auto-promote/dashboard': 'viewer',
  'GET /api/ab/auto-promote/scheduler/status': 'viewer',
  'POST /api/ab/auto-promote/scheduler/trigger': 'operator',

  'GET /api/ab/reports': 'viewer',
  'GET /api/ab/reports/:id': 'viewer',
  'GET /api/ab/reports/:id/csv': 'viewer',
  'GET /api/ab/hooks': 'viewer',
  'POST /api/ab/hooks/:name/test': 'operator',

  'GET /api/ab/patterns': 'viewer',
  'POST /api/ab/patterns': 'operator',
  'GET /api/ab/patterns/:id': 'viewer',

  'GET /api/events': 'viewer',
};

/** The role that the release of the kill switch needs: the body of the request says which of the two is asked for. */
export const KILL_SWITCH_RELEASE: Role = 'admin';
