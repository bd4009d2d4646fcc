import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { KILL_SWITCH_RELEASE, NEEDED_ROLES } from '../../../src/api/http/needed-roles.js';
import { isPage } from '../../../src/api/http/paths.js';
import { mayActAs, ROLES, type Role } from '../../../src/api/http/principal.js';
import { Browser } from '../../web/browser.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, startApi } from '../support/harness.js';
import { seedExperiment } from '../support/seed.js';

const TOKENS = ROLES.map((role) => ({ name: `the ${role}`, role, token: `token-of-the-${role}-0123` }));
const bearer = (role: Role) => ({
  authorization: `Bearer ${TOKENS.find((each) => each.role === role)!.token}`,
});

let api: Api;
let app: ReturnType<typeof createApp>;
let gateway: FakeGateway;
beforeAll(async () => {
  api = await startApi({ tokens: TOKENS });
  await seedExperiment(api, 'one');
  gateway = new FakeGateway();
  app = createApp(api.dependencies, gateway);
});
afterAll(() => api.stop());

/** The routes that the app has; those for all methods are its middlewares. */
const routesOf = () => [
  ...new Set(
    app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  ),
];

const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  app.request(path.replaceAll(':look', 'latest').replaceAll(/:\w+/g, 'one'), {
    method,
    headers: { ...headers, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
  });

describe('the table of roles', () => {
  it('has an entry for each route, and no other', () => {
    expect(Object.keys(NEEDED_ROLES).sort()).toEqual(routesOf().sort());
  });

  it('decides every call to the API: each role and nobody, on each route', async () => {
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const route of routesOf().filter((each) => !isPage(each.split(' ')[1]!))) {
      const [method = '', path = ''] = route.split(' ');
      const needed = NEEDED_ROLES[route]!;
      for (const role of [null, ...ROLES]) {
        const cell = `${route} as ${role ?? 'nobody'}`;
        const { status } = await send(method, path, role === null ? {} : bearer(role));
        seen[cell] = status === 401 || status === 403 ? String(status) : 'passes';
        const passes = needed === 'public' || (role !== null && mayActAs({ name: '', role }, needed));
        expected[cell] = passes ? 'passes' : role === null ? '401' : '403';
      }
    }
    expect(seen).toEqual(expected);
    expect(Object.values(seen)).toEqual(expect.arrayContaining(['401', '403', 'passes']));
  });

  it('decides every page and form: each role and nobody, on each route', async () => {
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    const pages = routesOf().filter((each) => isPage(each.split(' ')[1]!));
    for (const role of [null, ...ROLES]) {
      const user = new Browser(app);
      if (role !== null) await user.signIn(TOKENS.find((each) => each.role === role)!.token);
      for (const route of pages) {
        const [method = '', form = ''] = route.split(' ');
        const path = form.replaceAll(/:\w+/g, 'one');
        const needed = NEEDED_ROLES[route]!;
        if (needed === 'public') continue;
        const csrf = method === 'POST' ? await user.csrf(role === null ? '/sign-in' : '/docs') : '';
        const answer = method === 'POST' ? await user.post(path, { csrf }) : await user.get(path);
        const leadsToSignIn = answer.headers.get('location')?.startsWith('/sign-in') === true;
        const cell = `${route} as ${role ?? 'nobody'}`;
        seen[cell] = leadsToSignIn ? 'sign-in' : answer.status === 403 ? '403' : 'passes';
        const passes = role !== null && mayActAs({ name: '', role }, needed);
        expected[cell] = passes ? 'passes' : role === null ? 'sign-in' : '403';
      }
    }
    expect(seen).toEqual(expected);
    expect(pages.length).toBeGreaterThan(3);
  });

  it('refuses the form of a viewer, with a valid session, and names the role', async () => {
    const probe = createApp(api.dependencies, gateway);
    // A page's form that no page of this release has: it needs an admin until the table says otherwise.
    probe.post('/probe', (c) => c.text('done'));
    const viewer = new Browser(probe);
    await viewer.signIn(TOKENS[0]!.token);
    const refused = await viewer.post('/probe', { csrf: await viewer.csrf('/docs') });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain(
      'POST /probe needs the role admin. the viewer has the role viewer.',
    );
    const admin = new Browser(probe);
    await admin.signIn(TOKENS[2]!.token);
    expect((await admin.post('/probe', { csrf: await admin.csrf('/docs') })).status).toBe(200);
    expect((await admin.post('/probe', { csrf: await viewer.csrf('/docs') })).status).toBe(403);
  });

  it('gives reading to viewers, changes to operators, and to admins what lets money move again', async () => {
    const admin = Object.keys(NEEDED_ROLES).filter((route) => NEEDED_ROLES[route] === 'admin');
    expect(admin).toEqual([
      'POST /account/freeze-windows/:id/remove',
      'POST /api/ab/account/freeze-windows/:id/remove',
    ]);
    for (const [route, needed] of Object.entries(NEEDED_ROLES))
      if (needed !== 'public' && needed !== 'admin')
        expect(needed, route).toBe(route.startsWith('GET ') ? 'viewer' : 'operator');
    expect(KILL_SWITCH_RELEASE).toBe('admin');
    const turn = (role: Role, engaged: boolean) =>
      send('POST', '/api/ab/account/kill-switch', bearer(role), { engaged, reason: 'a test' });
    expect((await turn('viewer', true)).status).toBe(403);
    expect((await turn('operator', true)).status).toBe(200);
    const refused = await turn('operator', false);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      type: 'urn:auto-promotion:problem:forbidden',
      detail: 'The release of the kill switch needs the role admin. the operator has the role operator.',
    });
    expect((await turn('admin', false)).status).toBe(200);
  });
});

describe('with tokens', () => {
  it('the owner of the token is recorded, and nobody else can be named', async () => {
    const pause = (body: unknown) => send('POST', '/api/ab/experiments/one/pause', bearer('operator'), body);
    gateway.asked.length = 0;
    expect((await pause({ reason: 'a look at the data' })).status).toBe(202);
    expect((await pause({ by: 'the operator', reason: 'a look at the data' })).status).toBe(202);
    const refused = await pause({ by: 'ana', reason: 'a look at the data' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      errors: [{ field: 'by', message: 'must be the operator, the owner of the token, or be left out' }],
    });
    expect(gateway.asked.map(({ asked }) => asked.by)).toEqual(['the operator', 'the operator']);
  });

  it('that holds for the checks and the kill switch too', async () => {
    gateway.asked.length = 0;
    const path = '/api/ab/auto-promote';
    await send('POST', `${path}/check`, bearer('operator'), { experiment_id: 'one' });
    await send('POST', `${path}/check-all`, bearer('operator'));
    await send('POST', `${path}/scheduler/trigger`, bearer('admin'));
    await send('POST', '/api/ab/experiments/one/check', bearer('admin'));
    expect(gateway.asked.map(({ asked }) => asked.by)).toEqual([
      'the operator',
      'the operator',
      'the admin',
      'the admin',
    ]);
    const other = { experiment_id: 'one', by: 'ana' };
    expect((await send('POST', `${path}/check`, bearer('operator'), other)).status).toBe(400);
    const engaged = { engaged: true, reason: 'a test', by: 'ana' };
    expect((await send('POST', '/api/ab/account/kill-switch', bearer('admin'), engaged)).status).toBe(400);
    await send('POST', '/api/ab/account/kill-switch', bearer('admin'), { engaged: true, reason: 'a test' });
    expect(await api.store.killSwitch()).toMatchObject({ by: 'the admin' });
  });
});
