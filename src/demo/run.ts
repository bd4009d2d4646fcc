import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../config.js';
import { DEFAULT_POLICY } from '../domain/experiment.js';
import { phaseName } from '../domain/rollout-plan.js';
import type { AuditRow, Market } from '../embedded/market/index.js';
import type { ServiceEvent } from '../events.js';
import { type RunningService, runService } from '../service/run.js';
import { connectService, type ServiceApi } from './api.js';
import { auditBooks, type Book, type PhaseTiming, phaseTimings } from './books.js';
import { type DemoDocument, type Gathered, learnedScale, scenarioEntry } from './document.js';
import { type Judgement, type Played, SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios.js';
import { createWatch } from './watch.js';
import { type DemoWorld, drawWorld, type PlannedTest } from './world.js';

/** Experiment ms a real ms: an hour is 0.8 s. Faster, and the machine's own delays would show as hours. */
export const DEMO_TIME_SCALE = 4_500;
/** Real seconds after which a scenario that isn't through is told as it stands. */
const LIMIT_S = 165;

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
  /** Where things are, while the demo runs. */
  say(line: string): void;
  event(event: ServiceEvent): void;
  /** The service can be asked from now on. */
  ready?(api: ServiceApi): void;
}

export interface DemoResult {
  document: DemoDocument;
  /** Scenarios that could not be played to their end, with the reason. */
  failures: { name: ScenarioName; reason: string }[];
  /** What only the market knew, in the order of the document. */
  truth: { name: ScenarioName; tests: PlannedTest[] }[];
  gathered: Gathered[];
  timings: PhaseTiming[];
  audit: AuditRow[];
  currency: string;
  /** Real seconds from the service being up to the last scenario's end. */
  seconds: number;
  /** Experiment hours of the same. */
  hours: number;
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
  const { seed, observer, signal } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-demo-'));
  let service: RunningService | undefined;
  try {
    let take = (event: ServiceEvent) => observer?.event(event);
    const config = readConfig({
      MODE: 'sandbox',
      DATA_DIR: directory,
      PORT: '0',
      TEMPORAL_PORT: '0',
      TEMPORAL_UI_PORT: '0',
      MARKET_PORT: '0',
      MARKET_SEED: String(seed),
      TIME_SCALE: String(DEMO_TIME_SCALE),
      ...options.settings,
    });
    service = await runService(config, {
      fresh: false,
      firstExperiments: false,
      announce: (event) => take(event),
      say: (line) => observer?.say(line),
    });
    const market = service.sandbox!.market;
    const api = connectService(service.api.url);
    observer?.ready?.(api);
    const startedAt = Date.now();
    const watch = createWatch(api, startedAt + (options.limitSeconds ?? LIMIT_S) * 1_000);
    take = (event) => {
      watch.take(event);
      observer?.event(event);
    };
    const names = options.scenarios ?? SCENARIO_NAMES;
    const world = drawWorld(seed);
    const stage = { world, market, api, watch };
    const played = await Promise.race([
      Promise.allSettled(names.map((name) => SCENARIOS[name](stage))),
      service.broken.then((how) => Promise.reject(new Error(how))),
      aborted(signal),
    ]);
    const seconds = (Date.now() - startedAt) / 1_000;
    const outcomes = names.map((name, index) => ({ name, outcome: played[index]! }));
    return { ...(await takeStock(outcomes, world, api, market)), ...document0(seconds, config.timeScale, seed) };
  } finally {
    await service?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
