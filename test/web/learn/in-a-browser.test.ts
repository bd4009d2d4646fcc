import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  seedForecast,
  seedHeadlines,
  seedModel,
  seedScore,
  seedScoredForecasts,
} from '../../api/support/seed-learning.js';
import { HAS_BROWSER, seriousFindings, startBrowser, type TestBrowser } from '../../support/browser.js';
import { serveWeb, startWeb, type WebApi } from '../support.js';
import { seedLibrary } from './seed-library.js';

describe.skipIf(!HAS_BROWSER)('what was learned, in a browser', () => {
  const paths = ['/learn', '/learn?state=holds', '/learn/patterns/question_mark', '/experiments/asks'];
  let api: WebApi;
  let served: Awaited<ReturnType<typeof serveWeb>>;
  let browser: TestBrowser;
  beforeAll(async () => {
    api = await startWeb();
    await seedScoredForecasts(api, 24);
    await seedModel(api);
    await seedLibrary(api);
    const experiment = await seedHeadlines(api, 'asks', ['Still cold?', 'Warm all winter', 'Made in Norway']);
    await seedScore(api, experiment, await seedForecast(api, experiment, [-0.1, 0.2, 0]), [0, 0.2, 0.1]);
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
    'has nothing serious for axe, asks no other origin and fits its window: %s, %i wide',
    async (colorScheme, width) => {
      const { page, complaints, close } = await browser.visitor({ colorScheme, width });
      for (const path of paths) {
        const response = await page.goto(path);
        expect(response?.status(), path).toBe(200);
        await page.evaluate(
          "document.querySelectorAll('#main details').forEach((one) => { one.open = true; })",
        );
        expect(await seriousFindings(page), path).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width);
      }
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it('is searched, opened and added to without JavaScript', async () => {
    const { page, close } = await browser.visitor({ javaScriptEnabled: false, width: 360 });
    await page.goto('/');
    await page.getByRole('link', { name: 'Learn' }).click();
    await page.getByText('The forecasts are worth something here').waitFor();
    await page.getByLabel('Search by words').fill('question');
    await page.locator('.search select[name="state"]').selectOption('holds');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(new URL(page.url()).hash).toBe('#library');
    await page.getByRole('link', { name: 'question' }).click();
    await page.getByRole('link', { name: 'Test won' }).waitFor();
    await page.goto('/learn');
    await page.getByLabel('Statement').fill('The picture shows a cat.');
    await page.getByLabel('Attribute').selectOption({ label: 'The text contains an emoji.' });
    await page.getByLabel('Such ads have').selectOption('higher');
    await page.getByLabel('Your name').fill('ana');
    await page.getByRole('button', { name: 'State it' }).click();
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('The picture shows a cat.');
    const word = page.locator('#main').getByRole('button', { name: 'Evidence' });
    await word.click();
    expect(await page.locator('#word-evidence').textContent()).toContain('Own evidence');
    await close();
  });
});
