import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccountsApp } from '../../src/api/accounts-app.js';
import { contextOf } from '../../src/api/app.js';
import { accountBase } from '../../src/api/http/paths.js';
import type { NamedToken } from '../../src/api/http/tokens.js';
import { Browser } from '../web/browser.js';
import { FakeGateway } from './support/fake-gateway.js';
import { type Api, startApi } from './support/harness.js';
import { seedExperiment, seedHours, seedPromotion } from './support/seed.js';

let apis: [Api, Api];
let ids: [string, string];
let tokens: NamedToken[];
let app: ReturnType<typeof createAccountsApp>;
beforeAll(async () => {
  apis = [await startApi({ accountEnvelope: 500 }), await startApi({}, 8)];
  ids = [apis[0].market.account.id, apis[1].market.account.id];
  tokens = [
    { name: 'ada', role: 'admin', token: 'token-of-ada-0123456' },
    { name: 'bo', role: 'operator', token: 'token-of-bo-01234567', accounts: [ids[0]] },
    { name: 'cy', role: 'viewer', token: 'token-of-cy-01234567', accounts: ['act_999'] },
  ];
  const contexts = apis.map(({ dependencies, market }, index) =>
    contextOf(
      { ...dependencies, tokens, base: accountBase(market.account.id), accountName: `Client ${index + 1}` },
      new FakeGateway(),
    ),
  );
  app = createAccountsApp([contexts[0]!, contexts[1]!], tokens);
  await seedHours(apis[0], await seedExperiment(apis[0], 'spring-sale'), 30);
  await seedPromotion(apis[0], await seedExperiment(apis[0], 'gift-cards', { state: 'rolling_out' }));
  // The same id in both accounts, and one that only the second has.
  await seedExperiment(apis[1], 'spring-sale', { name: 'A secret of the second' });
  await seedExperiment(apis[1], 'only-second');
});
afterAll(async () => {
  for (const api of apis) await api.stop();
});

const signedIn = async (name: string): Promise<Browser> => {
  const user = new Browser(app);
  await user.signIn(tokens.find((token) => token.name === name)!.token, '/');
  return user;
};
const bearer = (name: string) => ({
  authorization: `Bearer ${tokens.find((token) => token.name === name)!.token}`,
});
const read = async (path: string, name: string) => {
  const answer = await app.request(path, { headers: bearer(name) });
  return { status: answer.status, body: await answer.json() };
};
const under = (index: 0 | 1, path: string) => accountBase(ids[index]) + path;

/** The addresses of this site that a page names. */
const addressesOf = (html: string) =>
  [...html.matchAll(/\s(?:href|src|action|formaction|data-series)="(\/[^"#]*)/g)].map(
    ([, address]) => address!,
  );

describe('several accounts', () => {
  it('stand side by side, with the figures that the API gives', async () => {
    const { body } = await read('/api/accounts', 'ada');
    const accounts = (body as { accounts: Record<string, unknown>[] }).accounts;
    expect(accounts).toMatchObject([
      { account_id: ids[0], name: 'Client 1', base: accountBase(ids[0]), counts: { running: 1, rollout: 1 } },
      { account_id: ids[1], name: 'Client 2', base: accountBase(ids[1]), counts: { running: 2, rollout: 0 } },
    ]);
    const html = await (await (await signedIn('ada')).get('/')).text();
    for (const account of accounts) {
      const part = html.slice(html.indexOf(`data-account="${account.account_id}"`));
      const figure = (field: string) =>
        Number(new RegExp(`<data value="([^"]*)" data-field="${field}">`).exec(part)?.[1]);
      const counts = account.counts as Record<string, number>;
      for (const group of Object.keys(counts)) expect(figure(`counts.${group}`)).toBe(counts[group]);
      for (const field of ['moved_cents', 'at_risk_cents']) expect(figure(field)).toBe(account[field]);
    }
  });

  it('have pages that lead to their own pages alone, to the sign-out and to the accounts', async () => {
    const user = await signedIn('ada');
    const base = accountBase(ids[0]);
    const open = [`${base}/`];
    const seen = new Set(open);
    const strays: string[] = [];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      const answer = await user.get(path);
      // The market has no ads for tests that were entered into the record.
      expect(answer.status, path).toBe(path.endsWith('/thumbnail') ? 400 : 200);
      if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
      for (const address of addressesOf(await answer.text())) {
        if (!address.startsWith(`${base}/`) && !['/', '/sign-out'].includes(address))
          strays.push(`${path}: ${address}`);
        // The addresses of forms take posts alone.
        const isForm =
          /\/(kill-switch|freeze-windows(\/[^/]+\/remove)?|controls\/\w+|client-links|test|learn\/patterns)$/.test(
            address,
          );
        if (address.startsWith(`${base}/`) && !isForm && !seen.has(address)) {
          seen.add(address);
          open.push(address);
        }
      }
    }
    expect(strays).toEqual([]);
    expect([...seen]).toEqual(
      expect.arrayContaining(
        [
          ...[
            '/assets/page.js',
            '/experiments/new',
            '/account',
            '/compound',
            '/learn',
            '/reports',
            '/docs',
            '/help',
          ],
          ...['/experiments/spring-sale/series', '/experiments/spring-sale/scorecard'],
          ...['/api/ab/experiments/spring-sale/series', '/api/ab/experiments/spring-sale/scorecard/csv'],
          '/assets/series.js',
        ].map((path) => base + path),
      ),
    );
    expect(seen).toContain(under(0, '/experiments/spring-sale'));
  });

  it('are each read by their own record, even with tests of the same id', async () => {
    for (const index of [0, 1] as const) {
      const { body } = await read(under(index, '/api/ab/experiments/spring-sale'), 'ada');
      expect((body as { name: string }).name).toBe(
        index === 0 ? 'Test spring-sale' : 'A secret of the second',
      );
    }
    expect((await read(under(0, '/api/ab/experiments/only-second'), 'ada')).status).toBe(404);
    expect((await read(under(1, '/api/ab/experiments/only-second'), 'ada')).status).toBe(200);
    expect((await (await signedIn('ada')).get('/accounts/act_404/account')).status).toBe(404);
  });

  it('are open only to tokens that may use them', async () => {
    const { body } = await read('/api/accounts', 'bo');
    expect((body as { accounts: { account_id: string }[] }).accounts.map((a) => a.account_id)).toEqual([
      ids[0],
    ]);
    expect((await read(under(0, '/api/ab/overview'), 'bo')).status).toBe(200);
    for (const path of ['/api/ab/overview', '/api/ab/account', '/metrics', '/openapi.json']) {
      const { status } = await app.request(under(1, path), { headers: bearer('bo') });
      expect([path, status]).toEqual([path, path === '/openapi.json' ? 200 : 403]);
    }
    const user = await signedIn('bo');
    const list = await (await user.get('/')).text();
    expect(list).toContain(ids[0]);
    expect(list).not.toContain(ids[1]);
    for (const path of ['/', '/experiments/spring-sale', '/account', '/docs']) {
      const answer = await user.get(under(1, path));
      expect(answer.status, path).toBe(403);
      const text = await answer.text();
      expect(text).toContain(`bo has no access to the account ${ids[1]}.`);
      expect(text).not.toMatch(/Client 2|time zone/);
    }
    expect(await (await (await signedIn('cy')).get('/')).text()).toContain(
      'Your token may use none of the accounts',
    );
  });

  it('are stopped one by one', async () => {
    const user = await signedIn('ada');
    const csrf = await user.csrf(under(0, '/account'));
    const fields = { csrf, key: 'stop-1', engaged: 'true', reason: 'too much at once' };
    const answer = await user.post(under(0, '/account/kill-switch'), fields);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(under(0, '/account'));
    const stopped = 'All budget writes are stopped by ada: too much at once.';
    expect(await (await user.get(under(0, '/'))).text()).toContain(stopped);
    expect(await (await user.get(under(1, '/'))).text()).not.toContain('stopped by');
    // Neither those who have not signed in, nor those who may not use the account.
    for (const other of [new Browser(app), await signedIn('cy')])
      expect(await (await other.get(under(0, '/account'))).text()).not.toContain('too much at once');
  });

  it('share one sign-in, which leads back to where the user wanted to be', async () => {
    const user = new Browser(app);
    const wanted = under(1, '/experiments/spring-sale');
    const answer = await user.get(wanted);
    expect(answer.headers.get('location')).toBe(`/sign-in?to=${encodeURIComponent(wanted)}`);
    const signed = await user.signIn(tokens[0]!.token, wanted);
    expect(signed.headers.get('location')).toBe(wanted);
    expect((await user.get(wanted)).status).toBe(200);
    expect((await user.get(under(1, '/sign-in'))).status).toBe(404);
  });

  it('show a client only what the link was made for, in the account in which it was made', async () => {
    const user = await signedIn('ada');
    const csrf = await user.csrf(under(0, '/experiments/spring-sale'));
    const made = await user.post(under(0, '/client-links'), {
      csrf,
      kind: 'experiment',
      id: 'spring-sale',
      days: '3',
    });
    const path = new URL(/value="(http[^"]+\/shared\/[^"]+)"/.exec(await made.text())![1]!).pathname;
    expect(path.startsWith(under(0, '/shared/'))).toBe(true);
    const client = new Browser(app);
    expect(await (await client.get(path)).text()).toContain('Test spring-sale');
    const foreign = await client.get(path.replace(ids[0], ids[1]));
    expect(foreign.status).toBe(404);
    expect(await foreign.text()).not.toContain('A secret of the second');
  });

  it('are healthy together', async () => {
    expect((await app.request('/healthz')).status).toBe(200);
    const ready = await app.request('/readyz');
    expect(await ready.json()).toMatchObject({ status: 'ok', parts: { postgres: 'ok', temporal: 'ok' } });
    expect((await (await signedIn('ada')).get('/nowhere')).status).toBe(404);
    expect((await app.request('/api/accounts')).status).toBe(401);
  });
});
