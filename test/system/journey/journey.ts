/** A user's way through the pages of the running sandbox: from an empty list to a verified winner, with every control. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { readConfig } from '../../../src/config.js';
import { type RunningSandbox, runSandbox } from '../../../src/sandbox/service.js';
import { prepareUntestedAds } from '../../../src/sandbox/untested-ads.js';
import { startBrowser, type TestBrowser, type Visitor } from '../../support/browser.js';

/** The service with an empty list of tests, an account full of ads, and a browser. */
export interface Scene {
  sandbox: RunningSandbox;
  browser: TestBrowser;
  /** Address of the pages. */
  origin: string;
  stop(): Promise<void>;
}

export async function openScene(timeScale: number, say: (line: string) => void = () => {}): Promise<Scene> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-journey-'));
  const ports = { PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0', MARKET_PORT: '0' };
  const config = readConfig({
    ...ports,
    DATA_DIR: directory,
    TIME_SCALE: String(timeScale),
    SANDBOX_EXPERIMENTS: 'none',
  });
  const sandbox = await runSandbox(config, { fresh: false, announce: () => {}, say });
  await prepareUntestedAds(sandbox.sandbox.market, await sandbox.collaborators.clock.now());
  const browser = await startBrowser(sandbox.api.url);
  return {
    sandbox,
    browser,
    origin: sandbox.api.url,
    async stop() {
      await browser.close();
      await sandbox.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What is asked for beside the proposals: a part of a test's name, and of the label that is ticked. */
const WISHES = [
  ['Swimwear', 'Ask for an approval'],
  ['Running socks', 'I may want to extend it while it runs'],
] as const;

/** Real ms that a step may take. */
const STEP_MS = 60_000;

/** One user with a page. Each method is one thing that the user does or sees; no method types an id. */
export class User {
  constructor(
    private readonly visitor: Visitor,
    private readonly name = 'ana',
  ) {
    visitor.page.setDefaultTimeout(STEP_MS);
  }

  get page(): Page {
    return this.visitor.page;
  }
  get complaints(): string[] {
    return this.visitor.complaints;
  }

  /** From the empty list to all tests of the account. Returns how many have started. */
  async startAll(): Promise<number> {
    const { page } = this;
    await page.goto('/');
    await page.getByRole('heading', { name: 'No test yet' }).waitFor();
    await page.getByRole('link', { name: 'Find tests in the account' }).click();
    await page.getByRole('link', { name: /^Tick all \d+ that can start$/ }).click();
    for (const [test, wish] of WISHES) {
      const card = page.locator('.proposal', { hasText: test });
      await card.locator('summary').first().click();
      await card.getByText('Change objective, control, duration, approval and texts').click();
      await card.getByLabel(wish).check();
    }
    await page.getByRole('button', { name: 'Start the ticked tests' }).click();
    const status = await page.getByRole('status').textContent();
    return Number(/^(\d+) tests have started/.exec(status?.trim() ?? '')?.[1] ?? 0);
  }

  /** Waits on the list, without a reload, until a test is in one of these states; returns the name of its link. */
  async waitOnList(states: readonly string[], timeoutMs: number): Promise<string> {
    const { page } = this;
    await page.getByRole('link', { name: 'Tests', exact: true }).click();
    await page.locator('.row').first().waitFor();
    await this.mark();
    const row = page.locator('.row', {
      has: page.locator(states.map((s) => `[data-state="${s}"]`).join(', ')),
    });
    await row.first().waitFor({ timeout: timeoutMs });
    await this.expectNoReload();
    return (await row.first().locator('.name > a').textContent()) ?? '';
  }

  /** Opens a test of the list by the beginning of its name. Returns its id. */
  async open(name: string): Promise<string> {
    await this.page.getByRole('link', { name: 'Tests', exact: true }).click();
    await this.page.locator('.row .name > a', { hasText: name }).click();
    await this.page.getByRole('heading', { level: 1, name }).waitFor();
    return new URL(this.page.url()).pathname.split('/').at(-1)!;
  }

  /** Waits on the page of a test, without a reload, for one of these states. */
  async waitFor(states: readonly string[], timeoutMs: number): Promise<void> {
    await this.mark();
    const badge = this.page.locator(states.map((state) => `h1 [data-state="${state}"]`).join(', '));
    await badge.waitFor({ timeout: timeoutMs });
    await this.expectNoReload();
  }

  /** Uses a control with a reason, and returns what the page says then. */
  async use(
    button: string,
    choose?: { label: string | RegExp } & ({ option: string } | { text: string }),
  ): Promise<string> {
    const form = this.page.locator('#controls form', {
      has: this.page.getByRole('button', { name: button, exact: true }),
    });
    await form.getByLabel('Your name').fill(this.name);
    await form.getByLabel('Reason').fill(`trying “${button}”`);
    const field = choose && form.getByLabel(choose.label);
    if (choose && 'option' in choose) await field?.selectOption({ label: choose.option });
    else if (choose) await field?.fill(choose.text);
    if (button === 'Promote by force') await form.getByLabel('I have seen what would move').check();
    await form.getByRole('button', { name: button, exact: true }).click();
    const notice = this.page.locator('main > p[role="status"], main > p[role="alert"]');
    return (await notice.textContent())?.trim() ?? '';
  }

  private async mark(): Promise<void> {
    await this.page.evaluate('window.sinceLoad = true');
  }

  private async expectNoReload(): Promise<void> {
    const marked = await this.page.evaluate('window.sinceLoad === true');
    if (!marked) throw new Error('the page was loaded again');
  }
}
