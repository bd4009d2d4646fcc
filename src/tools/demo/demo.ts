import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { accountBase } from '../../api/http/paths.js';
import { readConfig } from '../../config.js';
import type { ServiceEvent } from '../../contract/events.js';
import type { Market } from '../../sandbox/meta-simulator/index.js';
import { type RunningSandbox, runSandbox } from '../../sandbox/service.js';
import { connectService, joined, type KnownRecord, whoeverKnows } from './api.js';
import type { DemoDocument } from './document.js';
import type { LoopRound } from './loop.js';
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios.js';
import { simulateAside } from './simulate-aside.js';
import { type Outcome, type Stock, takeStock } from './stock.js';
import { createWatch, type Watch } from './watch.js';
import { drawWorld, TEXT_WORLD } from './world.js';

/**
 * Experiment ms per real ms: an hour takes 0.6 s, so that five tests in a row of a day or two fit in the time. Any faster, and the
 * delays of the machine would show as hours.
 */
export const DEMO_TIME_SCALE = 6_000;
/** Real seconds after which a scenario that is still running is reported as it is. */
const LIMIT_S = 165;
/** Of each way to choose drafts. */
const SIMULATED_RUNS = 4;

export interface DemoOptions {
  seed: number;
  /** Default: all four. */
  scenarios?: readonly ScenarioName[];
  /** Settings by the name of their environment variable, e.g. `DATABASE_URL`; they override the demo's own. */
  settings?: Record<string, string>;
  limitSeconds?: number;
  /** Consecutive tests; default: five. */
  loopTests?: number;
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
  ready?(record: KnownRecord, timeScale: number): void;
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
  const { seed, observer, signal, limitSeconds = LIMIT_S, scenarios = SCENARIO_NAMES } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-demo-'));
  let service: RunningSandbox | undefined;
  const stops: (() => Promise<void>)[] = [];
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
      // The loop has an account of its own: other tests must not teach it, since their click rates don't follow their texts.
      SANDBOX_ACCOUNTS: scenarios.includes('compound_learning') ? '2' : '1',
      ...options.settings,
    });
    const watches: Watch[] = [];
    service = await runSandbox(config, {
      fresh: false,
      textWorld: TEXT_WORLD,
      announce: (event) => {
        for (const watch of watches) watch.take(event);
        observer?.event?.(event);
      },
      say: (line) => observer?.say?.(line),
    });
    const { accounts } = service.sandbox;
    const { url } = service.api;
    const startedAt = Date.now();
    const sides = accounts.map(({ market }) => {
      const api = connectService(accounts.length > 1 ? `${url}${accountBase(market.account.id)}` : url);
      const watch = createWatch(api, startedAt + limitSeconds * 1_000);
      watches.push(watch);
      return { market, api, watch };
    });
    const record = joined(sides.map(({ api }) => api));
    observer?.ready?.(record, config.timeScale);

    const drawn = drawWorld(seed);
    const { loopTests = drawn.compound.tests } = options;
    const world = { ...drawn, compound: { ...drawn.compound, tests: loopTests } };
    const loopSide = sides.at(-1)!;
    const play = async (name: ScenarioName, begun?: () => void) => {
      const tests: Outcome['tests'] = [];
      const rounds: LoopRound[] = [];
      const side = name === 'compound_learning' ? loopSide : sides[0]!;
      const judge: Outcome['judge'] = await SCENARIOS[name]({ ...side, world, tests, rounds, begun }).catch(
        (error: unknown) => ({ failure: error instanceof Error ? error.message : String(error) }),
      );
      return { name, tests, rounds, judge };
    };
    const { textWorld } = loopSide.market;
    const simulation = { textWorld, plan: world.compound, runs: SIMULATED_RUNS };
    const playAll = async (): Promise<Outcome[]> => {
      let loop: ReturnType<typeof play> | null = null;
      if (scenarios.includes('compound_learning')) {
        let begun = () => {};
        const begins = new Promise<void>((resolve) => {
          begun = resolve;
        });
        loop = play('compound_learning', begun);
        // The first drafts take the event loop for a moment: in it, the market would be too slow for the other tests.
        await Promise.race([begins, loop]);
      }
      const others = await Promise.all(
        scenarios.flatMap((name) => (name === 'compound_learning' ? [] : play(name))),
      );
      if (loop === null) return others;
      // Not before: a machine with two cores is busy with the others.
      const aside = simulateAside(simulation);
      stops.push(aside.stop);
      const { rounds, ...outcome } = await loop;
      const simulated = await aside.simulated;
      const played = { ...outcome, loop: { first: world.compound.first, rounds, simulated } };
      return scenarios.map((name) => [played, ...others].find((one) => one.name === name)!);
    };
    const outcomes = await Promise.race([
      playAll(),
      service.broken.then((how) => Promise.reject(new Error(how))),
      endedBy(signal),
    ]);
    const seconds = (Date.now() - startedAt) / 1_000;
    const stock = await takeStock(outcomes, record, marketsOf(sides.map(({ market }) => market)));
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
      currency: accounts[0].market.account.currency,
      seconds,
    };
  } finally {
    for (const stop of stops) await stop();
    await service?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The books of several markets as one. An ad set is in one of them. */
function marketsOf(markets: readonly Market[]): Pick<Market, 'audit' | 'budgets'> {
  return {
    audit: async () => (await Promise.all(markets.map((market) => market.audit()))).flat(),
    budgets: (ids) => whoeverKnows(markets.map((market) => market.budgets(ids))),
  };
}

function endedBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new DemoEnded('The demo was ended early.'));
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
