import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumCandidates } from '../../src/sandbox/programs/locations.mjs';

const CHROMIUM = chromiumCandidates({ env: process.env }).find((file) => existsSync(file)) ?? null;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Whether a browser can be started here; set-up says why not. */
export const HAS_BROWSER = CHROMIUM !== null;

export interface Visitor {
  page: Page;
  /** Requests to any other origin, and errors of scripts and of the content security policy. Empty if all is well. */
  complaints: string[];
  close(): Promise<void>;
}

export interface TestBrowser {
  /** A visitor with cookies of their own. */
  visitor(options?: {
    colorScheme?: 'light' | 'dark';
    javaScriptEnabled?: boolean;
    width?: number;
  }): Promise<Visitor>;
  close(): Promise<void>;
}

/** Chromium for the pages of one origin. */
export async function startBrowser(origin: string): Promise<TestBrowser> {
  if (CHROMIUM === null) throw new Error('there is no Chromium here');
  // The tests may run as root in a container, in which Chromium's own sandbox can't be made.
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  return {
    async visitor({ colorScheme = 'light', javaScriptEnabled = true, width = 1280 } = {}) {
      const context: BrowserContext = await browser.newContext({
        baseURL: origin,
        colorScheme,
        javaScriptEnabled,
        viewport: { width, height: 900 },
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.protocol !== 'data:' && url.origin !== origin) complaints.push(`request to ${url.href}`);
      });
      page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) complaints.push(message.text());
      });
      return { page, complaints, close: () => context.close() };
    },
    close: () => browser.close(),
  };
}

interface AxeWindow {
  axe: {
    run(): Promise<{
      violations: { id: string; impact: string; nodes: { target: string[]; html: string }[] }[];
    }>;
  };
}

/** What axe finds serious or critical on the page, one line per rule and element. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Through the debugger: a script element would break the page's content security policy.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => (globalThis as unknown as AxeWindow).axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, html }) => `${id}: ${target.join(' ')}: ${html.slice(0, 120)}`),
    );
}
