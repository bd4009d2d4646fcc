import { afterEach, describe, expect, it } from 'vitest';
import type { Market } from '../../../src/sandbox/meta-simulator/index.js';
import { prepareUntestedAds, UNTESTED } from '../../../src/sandbox/untested-ads.js';
import { HOUR, START } from '../../api/support/harness.js';
import { HAS_BROWSER, seriousFindings, startBrowser, type TestBrowser } from '../../support/browser.js';
import { serveWeb, startWeb, type WebApi } from '../support.js';

/** One test to start, and ads that fit none. */
async function aSmallAccount(market: Market): Promise<void> {
  const ad = (name: string) => ({ name, dailyBudget: 20_000, trueClickRate: 0.02 });
  const since = START - 200 * HOUR;
  await market.createTest({ name: 'Winter', since, ads: [ad('Warm'), ad('Light')] });
  const { adSetIds } = await market.createTest({ name: 'Alone', since, ads: [ad('One')] });
  await market.addAd({ adSetId: adSetIds[0]!, name: 'Two', trueClickRate: 0.02 });
}

describe.skipIf(!HAS_BROWSER)('the page of new tests in a browser', () => {
  let web: WebApi;
  let served: Awaited<ReturnType<typeof serveWeb>>;
  let browser: TestBrowser;

  async function start(prepare: (market: Market) => Promise<void>): Promise<void> {
    web = await startWeb();
    await prepare(web.market);
    served = await serveWeb(web);
    browser = await startBrowser(served.origin);
  }
  afterEach(async () => {
    await browser?.close();
    await served?.stop();
    await web.stop();
  });

  it('has nothing serious for axe, asks no other origin, fits a phone and shows the pictures', async () => {
    await start(aSmallAccount);
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints, close } = await browser.visitor({ colorScheme, width: 360 });
      await page.goto('/experiments/new');
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      const first = page.locator('.proposal img').first();
      await first.scrollIntoViewIfNeeded();
      const width = () =>
        first.evaluate((node) => (node as unknown as { naturalWidth: number }).naturalWidth);
      await expect.poll(width).toBeGreaterThan(0);
      expect(complaints).toEqual([]);
      await close();
    }
    const { page, close } = await browser.visitor({ javaScriptEnabled: false, width: 360 });
    await page.goto('/experiments/new');
    const card = page.locator('.proposal').first();
    await card.getByLabel('Start this test').check();
    await card.locator('summary').first().click();
    await card.locator('summary').last().click();
    await card.getByLabel('Planned duration').fill('1');
    await page.getByRole('button', { name: 'Preview the ticked tests' }).click();
    await page.getByRole('heading', { name: 'One test needs a change' }).waitFor();
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toMatch(/^#test-/);
    await close();
  });

  it('starts all tests of an account with three clicks, without a script', async () => {
    await start((market) => prepareUntestedAds(market, START));
    const { page, close } = await browser.visitor({ javaScriptEnabled: false });
    await page.goto('/experiments/new');
    await page.getByRole('link', { name: 'Tick all' }).click();
    await page.getByLabel('Name').first().fill('Renamed');
    await page.getByRole('button', { name: 'Start the ticked tests' }).click();
    const status = () => page.getByRole('status').textContent();
    await expect.poll(status).toContain(`${UNTESTED.length} tests have started`);
    expect(await page.getByRole('link', { name: 'Renamed' }).count()).toBe(1);
    await close();
  });
});
