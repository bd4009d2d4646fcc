import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../../config.js';
import type { ServiceEvent } from '../../contract/events.js';
import { type RunningSandbox, runSandbox } from '../../sandbox/service.js';
import { connectService, type ServiceApi } from './api.js';
import type { DemoDocument } from './document.js';
import { type Judge, SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios.js';
import { type Outcome, type Stock, takeStock } from './stock.js';
import { createWatch, type Watch } from './watch.js';
import { drawWorld } from './world.js';

/** Experiment ms per real ms: an hour takes 0.9 s. Any faster, and the delays of the machine would show as hours. */
export const DEMO_TIME_SCALE = 4_000;
/** Real seconds after which a scenario that is still running is reported as it is. */
const LIMIT_S = 160;

export interface DemoOptions {
  seed: number;
  /** Default: all four. */
  scenarios?: readonly ScenarioName[];
  /** Settings by the name of their environment variable, e.g. `DATABASE_URL`; they override the demo's own. */
  settings?: Record<string, string>;
  limitSeconds?: number;
  observer?: DemoObserver;
  /** Ends the demo early and cleanly. */
  signal?: AbortSignal;
}

/** Watches the demo; its methods must not throw. */
export interface DemoObserver {
  /** Addresses and complaints of the parts while the demo runs. */
  say?(line: string): void;
  event?(event: ServiceEvent): void;
  /** The service answers from now on; experiment time runs at this scale. */
  ready?(api: ServiceApi, timeScale: number): void;
}

export interface DemoResult extends Stock {
  document: DemoDocument;
  currency: string;
  /** Real seconds from the start of the service to the end of the last scenario. */
  seconds: number;
}

/** The signal ended the demo early. */
export class DemoEnded extends Error {
  override readonly name = 'DemoEnded';
}

/**
 * Runs the scenarios side by side in a sandbox of its own, which is deleted afterwards.
 * @throws DemoEnded when the signal ends it; an Error if the sandbox doesn't start or breaks.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { seed, observer, signal, limitSeconds = LIMIT_S } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-demo-'));
  let service: RunningSandbox | undefined;
  try {
    const config = readConfig({
      MODE: 'sandbox',
      DATA_DIR: directory,
      PORT: '0',
      TEMPORAL_PORT: '0',
      TEMPORAL_UI_PORT: '0',
      MARKET_PORT: '0',
      MARKET_SEED: String(seed),
      TIME_SCALE: String(DEMO_TIME_SCALE),
      SANDBOX_EXPERIMENTS: 'none',
      ...options.settings,
    });
    let watch: Watch | undefined;
    service = await runSandbox(config, {
      fresh: false,
      announce: (event) => {
        watch?.take(event);
        observer?.event?.(event);
      },
      say: (line) => observer?.say?.(line),
    });
    const { market } = service.sandbox;
    const api = connectService(service.api.url);
    observer?.ready?.(api, config.timeScale);

    const startedAt = Date.now();
    watch = createWatch(api, startedAt + limitSeconds * 1_000);
    const stage = { world: drawWorld(seed), market, api, watch };
    const outcomes = await Promise.race([
      Promise.all(
        (options.scenarios ?? SCENARIO_NAMES).map(async (name): Promise<Outcome> => {
          const tests: Outcome['tests'] = [];
          const failed = (error: unknown) => ({
            failure: error instanceof Error ? error.message : String(error),
          });
          const judge: Judge | { failure: string } = await SCENARIOS[name]({ ...stage, tests }).catch(failed);
          return { name, tests, judge };
        }),
      ),
      service.broken.then((how) => Promise.reject(new Error(how))),
      endedBy(signal),
    ]);
    const seconds = (Date.now() - startedAt) / 1_000;
    const stock = await takeStock(outcomes, api, market);
    const { rows, disagreements } = stock.books;
    const lateness = stock.timings.map(({ late }) => late);
    return {
      ...stock,
      document: {
        seed,
        time_scale: config.timeScale,
        scenarios: stock.scenarios.map(({ entry }) => entry),
        books: {
          agree: disagreements.length === 0,
          rows,
          disagreements,
          latest_phase_hours: lateness.length === 0 ? null : Math.max(...lateness),
        },
      },
      currency: market.account.currency,
      seconds,
    };
  } finally {
    await service?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function endedBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new DemoEnded('The demo was ended early.'));
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
