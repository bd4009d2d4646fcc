import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { newSession, SESSION_COOKIE, SESSION_MS, VISITOR_COOKIE } from '../../../src/api/http/session.js';
import type { NamedToken } from '../../../src/api/http/tokens.js';
import { FakeGateway } from '../../api/support/fake-gateway.js';
import { type Api, startApi } from '../../api/support/harness.js';
import { seedExperiment } from '../../api/support/seed.js';
import { Browser } from '../browser.js';

const VIC: NamedToken = { name: 'Vic & Söhne', role: 'viewer', token: 'token-of-the-viewer' };
const OLA: NamedToken = { name: 'ola', role: 'operator', token: 'token-of-the-operator' };
const ADA: NamedToken = { name: 'ada', role: 'admin', token: 'token-of-the-admin' };

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
});
afterAll(() => api.stop());

const appWith = (tokens: NamedToken[]) => createApp({ ...api.dependencies, tokens }, new FakeGateway());
const browser = (tokens = [VIC, OLA, ADA], origin?: string) => new Browser(appWith(tokens), origin);

describe('a page that needs a user', () => {
  it('leads to the sign-in and from there back to the page', async () => {
    const user = browser();
    const first = await user.get('/docs?open=1');
    expect([first.status, first.headers.get('location')]).toEqual([302, '/sign-in?to=%2Fdocs%3Fopen%3D1']);
    const form = await user.get('/sign-in?to=%2Fdocs%3Fopen%3D1');
    expect(await form.text()).toContain('name="to" value="/docs?open=1"');
    const signed = await user.signIn(VIC.token, '/docs?open=1');
    expect([signed.status, signed.headers.get('location')]).toEqual([303, '/docs?open=1']);
    const page = await user.get('/docs?open=1');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Vic &amp; Söhne (viewer)');
    expect((await user.get('/sign-in?to=/docs')).headers.get('location')).toBe('/docs');
  });

  it('tells a program what to send', async () => {
    const answer = await browser().get('/docs', { accept: 'application/json' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ type: 'urn:auto-promotion:problem:unauthorized' });
  });

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example/',
    '/.//elsewhere.example/',
    'javascript:alert(1)',
    '\t//elsewhere.example',
    '',
  ])('never leads to another site: %j', async (to) => {
    const signed = await browser().signIn(VIC.token, to);
    expect([signed.status, signed.headers.get('location')]).toEqual([303, '/']);
  });

  it('is found by a link in a page of another site, to which the browser adds no cookie', async () => {
    const user = browser();
    const fromLink = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const first = await user.get('/docs', fromLink);
    expect([first.status, await first.text()]).toEqual([
      200,
      expect.stringContaining('<meta http-equiv="refresh" content="0">'),
    ]);
    expect((await user.get('/docs', { 'sec-fetch-site': 'same-origin' })).status).toBe(302);
  });

  it('that a form was posted to leads back to the page of the form', async () => {
    const answer = await browser().post('/docs', {}, { referer: 'http://127.0.0.1:8003/docs?x=1' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?to=%2Fdocs%3Fx%3D1']);
    const foreign = await browser().post('/docs', {}, { referer: 'http://elsewhere.example/docs' });
    expect(foreign.headers.get('location')).toBe('/sign-in');
  });
});

describe('the cookie of a session', () => {
  const attributes = (user: Browser) =>
    user.set
      .find((each) => each.startsWith(SESSION_COOKIE))!
      .split('; ')
      .slice(1);

  it('is for this site alone, hidden from scripts, and lasts 12 hours', async () => {
    const user = browser();
    await user.signIn(VIC.token);
    expect(attributes(user)).toEqual(['Max-Age=43200', 'Path=/', 'HttpOnly', 'SameSite=Strict']);
  });

  it('is Secure over https and on every other host', async () => {
    for (const origin of ['https://127.0.0.1:8003', 'http://ads.example', 'https://ads.example']) {
      const user = browser([VIC, ADA], origin);
      await user.signIn(VIC.token);
      expect(attributes(user), origin).toContain('Secure');
    }
    const plain = await browser([VIC, ADA], 'http://ads.example').get('/sign-in');
    expect(await plain.text()).toContain('the browser won’t keep you signed in');
    const proxied = browser([VIC, ADA], 'http://ads.example').get('/sign-in', {
      'x-forwarded-proto': 'https',
    });
    expect(await (await proxied).text()).not.toContain('won’t keep');
  });

  it('survives a restart, but not the loss or change of its token, nor its end', async () => {
    const user = browser();
    await user.signIn(VIC.token);
    const seenBy = async (tokens: NamedToken[]) => {
      const other = browser(tokens);
      for (const [name, value] of user.cookies) other.cookies.set(name, value);
      return (await other.get('/docs')).status;
    };
    expect(await seenBy([VIC, OLA, ADA])).toBe(200);
    expect(await seenBy([OLA, ADA])).toBe(302);
    expect(await seenBy([{ ...VIC, token: 'another-token-of-the-viewer' }, ADA])).toBe(302);
    user.cookies.set(SESSION_COOKIE, newSession(VIC, Date.now() - SESSION_MS));
    expect(await seenBy([VIC, ADA])).toBe(302);
  });

  it('can be neither forged nor given to someone else', async () => {
    const user = browser();
    await user.signIn(VIC.token);
    const [name, until, random, mac] = user.cookies.get(SESSION_COOKIE)!.split('.');
    const ada = Buffer.from('ada').toString('base64url');
    for (const forged of [
      [ada, until, random, mac],
      [name, Number(until) + 1, random, mac],
      [name, until, random, `${mac}x`],
      [name, until, random, mac, 'more'],
      [name, until],
      ['', '', '', ''],
    ]) {
      user.cookies.set(SESSION_COOKIE, forged.join('.'));
      expect((await user.get('/docs')).status, forged.join('.')).toBe(302);
    }
  });

  it('ends with a sign-out', async () => {
    const user = browser();
    await user.signIn(VIC.token);
    const out = await user.post('/sign-out', { csrf: await user.csrf('/docs') });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/sign-in']);
    expect(user.cookies.has(SESSION_COOKIE)).toBe(false);
    expect((await user.get('/docs')).status).toBe(302);
  });

  it('reads the API and changes nothing there', async () => {
    const user = browser();
    await user.signIn(ADA.token);
    expect((await user.get('/api/ab/experiments')).status).toBe(200);
    const change = await user.post(
      '/api/ab/experiments/one/pause',
      {},
      { 'content-type': 'application/json' },
    );
    expect(change.status).toBe(401);
  });
});

describe('a form', () => {
  it('of another session is refused, of the same user too', async () => {
    const user = browser();
    await user.signIn(VIC.token);
    const thief = browser();
    await thief.signIn(VIC.token);
    const stolen = await thief.csrf('/docs');
    for (const csrf of [stolen, '', 'x']) {
      const answer = await user.post('/sign-out', { csrf });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain(
        'This form belongs to a session that is over, or to another one.',
      );
    }
    const without = await user.post('/sign-out', {});
    expect(without.status).toBe(403);
    expect((await user.get('/docs')).status).toBe(200);
  });

  it('of a page of another site is refused, whatever it carries', async () => {
    const user = browser();
    await user.signIn(VIC.token);
    const csrf = await user.csrf('/docs');
    for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:8004'])
      expect((await user.post('/sign-out', { csrf }, { origin })).status, origin).toBe(403);
    expect((await user.post('/sign-out', { csrf })).status).toBe(303);
  });

  it('is the only thing that a page takes', async () => {
    const user = browser();
    const csrf = await user.csrf('/sign-in');
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', ''])
      expect((await user.post('/sign-in', { csrf }, { 'content-type': type })).status, type).toBe(415);
  });

  it('to sign in is bound to the browser too', async () => {
    const answer = await browser().post('/sign-in', {
      csrf: await browser().csrf('/sign-in'),
      token: VIC.token,
    });
    expect(answer.status).toBe(403);
  });
});

describe('an attempt to sign in', () => {
  it('with an unknown token says so, and after ten of them the client must wait', async () => {
    const user = browser();
    const csrf = await user.csrf('/sign-in');
    for (let tries = 0; tries < 10; tries++) {
      const answer = await user.post('/sign-in', { csrf, token: 'canary-that-nobody-has' });
      expect(answer.status).toBe(401);
      const text = await answer.text();
      expect(text).toContain('This token is not known.');
      expect(text).not.toContain('canary');
    }
    const late = await user.post('/sign-in', { csrf, token: VIC.token });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await late.text()).toMatch(/Too many failed attempts\. Try again in (5\d|60) s\./);
  });
});

describe('without any token', () => {
  it('nobody signs in, and a random cookie binds the forms', async () => {
    const user = browser([]);
    expect(await (await user.get('/sign-in')).text()).toContain('Nobody needs to sign in');
    expect((await user.get('/docs')).status).toBe(200);
    expect(user.cookies.has(VISITOR_COOKIE)).toBe(true);
    expect((await user.post('/sign-out', { csrf: 'x' })).status).toBe(403);
    expect((await browser([], 'http://rebound.example').get('/docs')).status).toBe(403);
  });
});
