import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeriesJson } from '../../src/api/series/read.js';
import { EXPERIMENT_STATES } from '../../src/domain/experiment.js';
import { HOUR, START } from '../api/support/harness.js';
import {
  aDecision,
  moveTo,
  seedExperiment,
  seedHours,
  seedPromoted,
  seedVerification,
} from '../api/support/seed.js';
import { HAS_BROWSER, seriousFindings, startBrowser, type TestBrowser } from '../support/browser.js';
import { serveWeb, startWeb, type WebApi } from './support.js';

/** Tests in every state, so that every part of a page is there. */
async function seedAll(api: WebApi): Promise<void> {
  await seedHours(api, await seedPromoted(api, 'completed'), 100);
  await seedVerification(api, 'completed', 'verified');
  await moveTo(api, 'completed', 'completed', { at: START + 260 * HOUR });
  await seedPromoted(api, 'rolling_out', { state: 'rolling_out', phases: ['60'], status: 'in_progress' });
  await seedExperiment(api, 'running', { challengers: 2 });
  await api.store.saveDecision(aDecision('running', 'continue_testing'), {});
  for (const state of EXPERIMENT_STATES) {
    if (await api.store.getExperiment(state)) continue;
    await seedExperiment(api, state);
    await moveTo(api, state, state);
  }
}

describe.skipIf(!HAS_BROWSER)('pages in a browser', () => {
  let api: WebApi;
  let served: Awaited<ReturnType<typeof serveWeb>>;
  let browser: TestBrowser;
  let paths: string[];
  beforeAll(async () => {
    api = await startWeb();
    api.clock.at = START + 300 * HOUR;
    await seedAll(api);
    served = await serveWeb(api);
    browser = await startBrowser(served.origin);
    paths = [
      '/',
      '/compound',
      '/learn',
      '/account',
      '/help',
      '/experiments/completed/series',
      '/experiments/completed/scorecard',
      ...EXPERIMENT_STATES.map((state) => `/experiments/${state}`),
    ];
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await api.stop();
  });

  it.each(['light', 'dark'] as const)(
    'have nothing serious for axe, and ask no other origin: %s',
    async (colorScheme) => {
      const { page, complaints, close } = await browser.visitor({ colorScheme });
      for (const path of paths) {
        const response = await page.goto(path);
        expect(response?.status(), path).toBe(200);
        expect(await seriousFindings(page), path).toEqual([]);
      }
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it.each([360, 768, 1280])('fit into a width of %i without scrolling sideways', async (width) => {
    const { page, close } = await browser.visitor({ width });
    for (const path of [
      '/',
      '/compound',
      '/account',
      '/experiments/completed',
      '/experiments/completed/series',
      '/experiments/completed/scorecard',
      '/experiments/running',
    ]) {
      await page.goto(path);
      if (path.endsWith('/series')) await page.locator('.plot canvas').waitFor();
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      expect(wide, path).toBeLessThanOrEqual(width);
    }
    await close();
  });

  it('can be used with the keyboard alone: the first stop skips to the content', async () => {
    const { page, close } = await browser.visitor();
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#main');
    await close();
  });

  it('show list, verdict and controls without JavaScript, and a control can be sent', async () => {
    const { page, close } = await browser.visitor({ javaScriptEnabled: false });
    await page.goto('/');
    await page.getByRole('link', { name: 'Test running' }).click();
    await page.getByRole('heading', { name: /^Keep testing/ }).waitFor();
    api.gateway.answer = async () => ({ kind: 'pending', accepted: true });
    const form = page.locator('#controls form');
    await form.getByLabel('Your name').fill('ana');
    await form.getByLabel('Reason').fill('a new landing page');
    await page.keyboard.press('Enter');
    expect(api.gateway.asked).toEqual([]);
    await form.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Accepted; there is no outcome yet.').waitFor();
    expect(api.gateway.asked.at(-1)).toMatchObject({ kind: 'pause', asked: { by: 'ana' } });
    // The name is known on the other pages.
    await page.goto('/account');
    for (const name of await page.getByLabel('Your name').all()) expect(await name.inputValue()).toBe('ana');
    await close();
  });

  it('explain a word by finger, key or mouse, without JavaScript', async () => {
    const { page, close } = await browser.visitor({ javaScriptEnabled: false, width: 360 });
    await page.goto('/experiments/completed');
    const explanation = page.locator('#word-verification');
    expect(await explanation.isVisible()).toBe(false);
    const word = page.getByRole('button', { name: 'Verification', exact: true });
    await word.focus();
    await page.keyboard.press('Enter');
    await explanation.waitFor();
    expect(await explanation.textContent()).toContain('whether the winner is still better');
    await page.keyboard.press('Escape');
    await explanation.waitFor({ state: 'hidden' });
    await word.click();
    await explanation.waitFor();
    await close();
  });

  it('open the explanation beside its word, without covering it; on a phone at the bottom', async () => {
    for (const width of [1280, 390]) {
      const { page, close } = await browser.visitor({ width });
      await page.goto('/experiments/completed');
      for (const name of ['Verification', 'lift']) {
        const word = page.locator('#main').getByRole('button', { name, exact: true }).first();
        await word.click();
        const [of, text] = [
          await word.boundingBox(),
          await page.locator('.explanation:popover-open').boundingBox(),
        ];
        if (!of || !text) throw new Error(`${name} explains nothing`);
        const gap = Math.max(text.y - (of.y + of.height), of.y - (text.y + text.height));
        if (width === 1280) {
          expect(gap, name).toBeGreaterThanOrEqual(0);
          expect(gap, name).toBeLessThan(20);
        } else {
          const height = await page.evaluate('innerHeight');
          expect(Math.abs(text.y + text.height - Number(height))).toBeLessThan(40);
        }
        expect(text.x).toBeGreaterThanOrEqual(0);
        expect(text.x + text.width).toBeLessThanOrEqual(width);
        await page.keyboard.press('Escape');
      }
      await close();
    }
  });

  it('explore a series by choice, keys, buttons and drag, with the figures of the API', async () => {
    const { page, complaints, close } = await browser.visitor({ width: 720 });
    await page.goto('/experiments/completed/series');
    await page.locator('.plot canvas').waitFor();
    expect(await page.locator('#reading').isVisible()).toBe(false);
    const { body } = await api.get('/api/ab/experiments/completed/series?bucket=hour');
    const { variants, buckets } = body as unknown as SeriesJson;

    await page.locator('#bucket').selectOption('hour');
    await page.locator('#measure').selectOption('impressions');
    await page.getByRole('heading', { name: 'Impressions per hour' }).waitFor();
    expect(new URL(page.url()).search).toBe('?measure=impressions&bucket=hour');
    await page.locator('#table summary').click();
    const figures = await page.locator('#table data').evaluateAll((all) => all.map((each) => each.value));
    expect(figures).toEqual(
      buckets.flatMap((_, place) => variants.map(({ impressions }) => String(impressions[place]))),
    );

    const plot = page.locator('.plot');
    const said = page.locator('#explore [aria-live]');
    await plot.focus();
    await page.keyboard.press('End');
    expect(await said.textContent()).toContain(`control: ${variants[0]!.impressions.at(-1)},`);
    await page.keyboard.press('ArrowLeft');
    expect(await said.textContent()).toContain(`control: ${variants[0]!.impressions.at(-2)},`);
    expect(await plot.locator('.u-legend').textContent()).toContain(String(variants[0]!.impressions.at(-2)));

    const axis = () => plot.locator('canvas').evaluate((canvas) => canvas.toDataURL());
    const whole = await axis();
    const zooms: (() => Promise<void>)[] = [
      () => page.keyboard.press('+'),
      () => page.getByRole('button', { name: 'Zoom in' }).click(),
      async () => {
        const box = (await plot.locator('.u-over').boundingBox())!;
        await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
        await page.mouse.up();
      },
    ];
    for (const zoom of zooms) {
      await zoom();
      await expect.poll(axis).not.toBe(whole);
      await page.getByRole('button', { name: 'Show all' }).click();
      await expect.poll(axis).toBe(whole);
    }
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  it('show a series without JavaScript, as a drawing and a table', async () => {
    const { page, close } = await browser.visitor({ javaScriptEnabled: false });
    await page.goto('/experiments/completed');
    await page.getByRole('link', { name: 'Explore clicks' }).click();
    await page.locator('#measure').selectOption('spend');
    await page.getByRole('button', { name: 'Show' }).click();
    await page
      .getByRole('img', { name: /^Spend per day, 23 Nov 2026 to 27 Nov 2026\. control: first/ })
      .waitFor();
    expect(await page.locator('#explore').isVisible()).toBe(false);
    await page.locator('#table summary').click();
    expect(await page.locator('#table tbody tr').count()).toBe(5);
    await close();
  });

  it('print a scorecard on one sheet, black on white, without navigation, controls and cut tables', async () => {
    const { page, close } = await browser.visitor({ colorScheme: 'dark', width: 700 });
    await page.goto('/experiments/completed/scorecard');
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await page.emulateMedia({ media: 'print' });
    for (const hidden of ['nav', 'form', 'footer', '.band', 'a[download]'])
      expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
    const [ink, ground, isCut] = (await page.evaluate(`[
      getComputedStyle(document.body).color,
      getComputedStyle(document.documentElement).getPropertyValue('--paper'),
      [...document.querySelectorAll('.table')].some((each) => each.scrollWidth > each.clientWidth + 1),
    ]`)) as [string, string, boolean];
    expect([ink, ground.trim(), isCut]).toEqual(['rgb(0, 0, 0)', '#ffffff', false]);
    await close();
  });

  it('count down by themselves, at the pace of experiment time', async () => {
    const { page, close } = await browser.visitor();
    await page.clock.install();
    await page.goto('/');
    const countdown = page.locator('[data-experiment="rolling_out"] time[data-countdown]');
    await page.clock.runFor(2_000);
    const before = await countdown.textContent();
    await page.clock.runFor(3 * HOUR);
    expect(await countdown.textContent()).not.toBe(before);
    await close();
  });
});
