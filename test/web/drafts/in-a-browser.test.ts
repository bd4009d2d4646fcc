import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, START } from '../../api/support/harness.js';
import { seedInsights } from '../../api/support/seed-insights.js';
import { aFit, aFittedPattern } from '../../clients/postgres/pattern-fixtures.js';
import { HAS_BROWSER, seriousFindings, startBrowser, type TestBrowser } from '../../support/browser.js';
import { aClaim, seedEnded } from '../experiment/seed-ended.js';
import { serveWeb, startWeb, type WebApi } from '../support.js';
import { copy, seedWon } from './seed-tests.js';

const LONG = `Trail${'shoes'.repeat(20)} 👩‍👩‍👧🧦`;
const ARABIC = 'أحذية تثبت على الصخر';

describe.skipIf(!HAS_BROWSER)('drafts and insights in a browser', () => {
  let api: WebApi;
  let served: Awaited<ReturnType<typeof serveWeb>>;
  let browser: TestBrowser;
  /** Pages of sets, by what their brief is for. */
  const sets: Record<string, string> = {};
  beforeAll(async () => {
    api = await startWeb();
    await api.market.createTest({
      name: 'Shoes',
      since: START - 200 * HOUR,
      ads: ['Grip', 'Dry'].map((name) => ({ name, dailyBudget: 20_000, trueClickRate: 0.02 })),
    });
    await api.store.savePatternFit(
      aFit([aFittedPattern({ statement: 'The headline contains a question mark.' })]),
    );
    const starts = [
      copy(LONG, `${ARABIC}\n\n${LONG}`),
      copy(ARABIC, null),
      copy('Shoes that grip', 'x '.repeat(900)),
    ];
    for (const [i, start] of starts.entries()) {
      await seedWon(api, `won-${i}`, [copy(`Control ${i}`), start]);
      const { body } = await api.post('/api/ab/drafts', {
        ...{ product: i === 0 ? LONG : `thing ${i}`, offer: ARABIC, count: 8, by: 'ana' },
        experiment_id: `won-${i}`,
      });
      sets[`won-${i}`] = `/drafts/${body.set_id}`;
    }
    await seedEnded(api, 'insights', {
      winner: { headline: LONG, text: `${ARABIC}. Cold feet?` },
      loser: { headline: 'Buy socks', text: 'y'.repeat(3_000) },
    });
    await seedInsights(api, 'insights', {
      claims: [
        {
          ...aClaim({ field: 'text', quote: ARABIC, text: ARABIC }),
          patternId: 'question_mark',
          evidence: LONG,
        },
        {
          ...aClaim({ side: 'loser', field: 'text', quote: 'y'.repeat(300) }),
          patternId: null,
          evidence: null,
        },
      ],
    });
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
    'have nothing serious for axe, ask no other origin and fit their window, with long texts, emoji and Arabic: %s, %i wide',
    async (colorScheme, width) => {
      const { page, complaints, close } = await browser.visitor({ colorScheme, width });
      const first = (await api.store.getDraftSet(sets['won-2']!.split('/').at(-1)!))!.drafts[0]!.id;
      const paths = [
        '/drafts',
        ...Object.values(sets),
        '/experiments/insights',
        `/experiments/new?draft=${first}`,
      ];
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

  it('are asked for, read and taken to the ad picker without JavaScript; a refused brief keeps what was typed', async () => {
    const { page, close } = await browser.visitor({ javaScriptEnabled: false, width: 360 });
    await page.goto('/');
    await page.getByRole('link', { name: 'Drafts', exact: true }).click();
    await page.getByLabel('Product').fill('trail shoes');
    await page.getByLabel('Must not say').fill(`cheap\n${'z'.repeat(81)}`);
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('Start from').selectOption('won-2');
    await page.getByRole('button', { name: 'Write drafts' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
    expect(await page.getByRole('alert').textContent()).toContain('Must not say: line 2 must be text');
    expect(await page.getByLabel('Must not say').inputValue()).toBe(`cheap\n${'z'.repeat(81)}`);
    expect(await page.getByLabel('Start from').inputValue()).toBe('won-2');
    await page.getByLabel('Must not say').fill('cheap');
    await page.getByRole('button', { name: 'Write drafts' }).click();
    await page.getByRole('heading', { name: 'Drafts for trail shoes' }).waitFor();
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    const ticked = await page.locator('input[name="draft"]:checked').count();
    expect(ticked).toBe(2);
    await page.getByRole('button', { name: 'Test these' }).click();
    await page.getByRole('heading', { name: 'Drafts to test' }).waitFor();
    const card = page.locator('.proposal').first();
    await card.getByLabel('Start this test').check();
    await card.getByLabel('Name', { exact: true }).fill('From drafts');
    await card.locator('select[name^="draft."]').last().selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Start the ticked tests' }).click();
    await page.getByRole('link', { name: 'From drafts' }).waitFor();
    const [started] = await api.store.listExperiments({ limit: 1, offset: 0 });
    expect(started!.variants.filter(({ draftId }) => draftId !== undefined)).toHaveLength(1);
    await close();
  });

  it('are copied with a button, exactly as they are, and a reader is told', async () => {
    const { page, close } = await browser.visitor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(sets['won-0']!);
    const { drafts } = (await api.store.getDraftSet(sets['won-0']!.split('/').at(-1)!))!;
    const card = page.locator('[data-draft]').first();
    await card.getByRole('button', { name: 'Copy' }).last().click();
    await card.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(drafts[0]!.creative.text);
    await close();
  });

  it('are copied by a browser without a clipboard too', async () => {
    const { page, close } = await browser.visitor();
    await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined });");
    await page.goto(sets['won-0']!);
    const card = page.locator('[data-draft]').first();
    await card.getByRole('button', { name: 'Copy' }).first().click();
    await card
      .getByRole('status')
      .filter({ hasText: /Copied|It is selected/ })
      .waitFor();
    await close();
  });

  it('are read by a viewer, who gets no form', async () => {
    const token = 'token-of-the-viewer-0123';
    const tokens = [{ name: 'vic', role: 'viewer' as const, token }];
    const guarded = await serveWeb({ ...api, dependencies: { ...api.dependencies, tokens } });
    const other = await startBrowser(guarded.origin);
    const { page, close } = await other.visitor();
    await page.goto('/sign-in?to=/drafts');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    for (const path of ['/drafts', sets['won-1']!]) {
      await page.goto(path);
      expect(await page.locator('#main form').count(), path).toBe(0);
      expect(await seriousFindings(page), path).toEqual([]);
    }
    await close();
    await other.close();
    await guarded.stop();
  });
});
