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

/** Experiment ms a real ms: an hour is 0.9 s. Faster, and the machine's own delays would show as hours. */
export const DEMO_TIME_SCALE = 4_000;
/** Real seconds after which a scenario that isn't through is told as it stands. */
const LIMIT_S = 160;

export interface DemoOptions {
  seed: number;
  /** All four unless named. */
  scenarios?: readonly ScenarioName[];
  /** Settings as the service's environment has them, e.g. `DATABASE_URL`, over the demo's own. */
  settings?: Record<string, string>;
  limitSeconds?: number;
  observer?: DemoObserver;
  /** Ends the demo early, in order. */
  signal?: AbortSignal;
}

/** Whoever watches; no call may throw. */
export interface DemoObserver {
  /** Where things are, while the demo runs; and what its parts complain of. */
  say?(line: string): void;
  event?(event: ServiceEvent): void;
  /** The service can be asked from now on; experiment time runs at this scale. */
  ready?(api: ServiceApi, timeScale: number): void;
}

export interface DemoResult extends Stock {
  document: DemoDocument;
  currency: string;
  /** Real seconds from the service being up to the last scenario's end. */
  seconds: number;
}

/** The demo was asked to end early. */
export class DemoEnded extends Error {
  override readonly name = 'DemoEnded';
}

/**
 * Plays the scenarios side by side in a sandbox of its own, which is gone afterwards.
 * @throws DemoEnded when asked to by the signal; an Error where the sandbox doesn't start or breaks.
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
    const end = () => reject(new DemoEnded('The demo was ended before its time.'));
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
