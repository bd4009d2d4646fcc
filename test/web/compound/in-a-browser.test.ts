import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedProgramme } from '../../api/reports/support/programme-of-twelve.js';
import { HAS_BROWSER, seriousFindings, startBrowser, type TestBrowser } from '../../support/browser.js';
import { serveWeb, startWeb, type WebApi } from '../support.js';

describe.skipIf(!HAS_BROWSER)('the results of 12 tests, in a browser', () => {
  let api: WebApi;
  let served: Awaited<ReturnType<typeof serveWeb>>;
  let browser: TestBrowser;
  beforeAll(async () => {
    api = await startWeb();
    await seedProgramme(api);
    served = await serveWeb(api);
    browser = await startBrowser(served.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await api.stop();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'have nothing serious for axe, ask no other origin and fit their window: %s, %i wide',
    async (colorScheme, width) => {
      const { page, complaints, close } = await browser.visitor({ colorScheme, width });
      const response = await page.goto('/compound');
      expect(response?.status()).toBe(200);
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it('are read without JavaScript, and lead to the tests and to what was learned', async () => {
    const { page, close } = await browser.visitor({ javaScriptEnabled: false });
    await page.goto('/');
    await page.getByRole('link', { name: 'Results' }).click();
    for (const name of ['How the tests went', 'What it saved', 'What the tests taught', 'Promoted by force'])
      await page.getByRole('heading', { name }).waitFor();
    const saved = page.locator('[data-saving="sun"]');
    expect(await saved.textContent()).toMatch(/link clicks.*US\$0\.20.*US\$\d+\.\d\d/s);
    await page.getByText('each counted as 10 minutes of work by hand').waitFor();
    await saved.getByRole('link', { name: 'Test sun' }).click();
    await page.getByRole('heading', { level: 1, name: 'Test sun' }).waitFor();
    await page.goto('/compound');
    await page.getByRole('link', { name: 'what was learned' }).click();
    expect(new URL(page.url()).pathname).toBe('/learn');
    await close();
  });
});
