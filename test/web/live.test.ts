import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Browser as Chromium, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.js';
import { FakeGateway } from '../api/support/fake-gateway.js';
import { type Api, startApi } from '../api/support/harness.js';
import { moveTo, seedExperiment } from '../api/support/seed.js';

/** A page about the states of all tests, with everything that a new version of it must not disturb. */
async function pageOf(api: Api): Promise<string> {
  const tests = await api.store.listExperiments({ limit: 100, offset: 0 });
  return `<!doctype html><html lang="en"><head><title>${tests.length} tests</title>
    <script type="module" src="/assets/page.js"></script></head><body data-live="true">
    <main id="main"><ul id="tests">${tests.map(({ id, state }) => `<li>${id}: ${state}</li>`).join('')}</ul>
    <details><summary>More</summary><p>more</p></details>
    <form><input name="q" id="q"><select name="s"><option>a<option>b</select></form>
    <a href="#x" id="link">x</a>${'<p>and so on</p>'.repeat(200)}</main></body></html>`;
}

let api: Api;
let server: Server;
let chrome: Chromium;
let url: string;
const stopping = new AbortController();
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
  const app = createApp({ ...api.dependencies, stopping: stopping.signal }, new FakeGateway());
  app.get('/probe', async (c) => c.html(await pageOf(api)));
  server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  chrome = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await chrome?.close();
  stopping.abort();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await api.stop();
});

describe('a live page', () => {
  it('shows a change without a reload, and keeps focus, scroll position and open details', async () => {
    const page = await chrome.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(`${url}/probe`);
    await page.locator('summary').click();
    await page.locator('#link').focus();
    await page.evaluate('window.scrollTo(0, 700)');
    await page.evaluate(
      "window.replaced = 0; document.addEventListener('main-replaced', () => window.replaced++)",
    );
    await moveTo(api, 'one', 'paused');
    await page.getByText('one: paused').waitFor({ timeout: 10_000, state: 'attached' });
    await seedExperiment(api, 'two');
    await page.getByText('two: running').waitFor({ timeout: 10_000, state: 'attached' });
    expect(await page.title()).toBe('2 tests');
    expect(await page.locator('details').getAttribute('open')).not.toBeNull();
    expect(await page.evaluate('document.activeElement.id')).toBe('link');
    expect(await page.evaluate('window.scrollY')).toBe(700);
    expect(await page.evaluate('window.replaced')).toBe(2);
    expect(requests.every((each) => each.startsWith(url))).toBe(true);
    expect(failures).toEqual([]);
    await page.close();
  });

  it('waits as long as a field has input, and shows the change then', async () => {
    const page = await chrome.newPage();
    await page.goto(`${url}/probe`);
    await page.locator('#q').fill('half a reason');
    await seedExperiment(api, 'three');
    await page.waitForTimeout(2_500);
    expect(await page.locator('#q').inputValue()).toBe('half a reason');
    expect(await page.getByText('three: running').count()).toBe(0);
    await page.locator('#q').fill('');
    await page.locator('#q').blur();
    await page.getByText('three: running').waitFor({ timeout: 10_000, state: 'attached' });
    await page.close();
  });
});
