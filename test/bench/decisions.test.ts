import { beforeAll, describe, expect, it } from 'vitest';
import { draw, HOURS } from '../../bench/decisions/draw.js';
import { onThread, runJobs } from '../../bench/decisions/pool.js';
import { type DecisionsReport, report } from '../../bench/decisions/report.js';
import { DEFAULTS, type Job, type RuleName, simulate, type Tally } from '../../bench/decisions/simulate.js';
import { WORLD_FACTS, WORLDS, type World } from '../../bench/decisions/worlds.js';
import { emptyStream } from '../../src/tools/backtest/stream.js';

/** A short form of `npm run bench:decisions`, which has 2,000 runs per world. The limits below are for these runs. */
const SEED = 1;
const RUNS = 200;
/** Worlds of which the rule promises nothing, if a test is about them. */
const BEYOND: readonly World[] = ['drift_10', 'segments_24h', 'segments_fixed'];
const BEYOND_RUNS = 100;
const LIFT_RUNS = 30;
const LIFTS = [0.05, 0.1, 0.2, 0.3];
const job = (changes: Partial<Job>): Job => ({
  seed: SEED,
  world: 'iid',
  lift: 0,
  from: 0,
  to: RUNS,
  boundary: 'exact',
  // Making the usual 1,000 earlier tests per world would take most of the time.
  pool: 100,
  ...changes,
});

const PROMISED = WORLDS.filter((world) => WORLD_FACTS[world].promised);

describe('equal ads', () => {
  let worlds: { world: World; tally: Tally }[];
  let document: DecisionsReport;
  beforeAll(() => {
    const tally = (world: World, to: number) => {
      // Looks that someone asks for are off the table's grid.
      const boundary = world === 'asked_by_hand' ? 'exact' : 'table';
      return { world, tally: simulate(job({ world, boundary, to })) };
    };
    worlds = [
      ...PROMISED.map((world) => tally(world, RUNS)),
      ...BEYOND.map((world) => tally(world, BEYOND_RUNS)),
    ];
    document = report({ seed: SEED, boundary: 'table' }, worlds, []);
  }, 240_000);
  const rateOf = (world: World, rule: RuleName) =>
    document.worlds.find((one) => one.world === world)!.false_winners[rule]!.percent;

  it.each(PROMISED)('have few false winners in the world %s, with any number of earlier tests', (world) => {
    const { false_winners } = document.worlds.find((one) => one.world === world)!;
    for (const rule of DEFAULTS) {
      // At 5 %, 10 of 200 runs are expected; 19 is three standard errors more.
      expect(false_winners[rule]!.count).toBeLessThanOrEqual(19);
      expect(false_winners[rule]!.upper_95).toBeGreaterThan(false_winners[rule]!.percent);
    }
  });

  it('that drift apart are called winners by the hourly form, and not if the account is known', () => {
    for (const world of ['drift_10', 'segments_24h', 'bursts_10'] as const) {
      expect(rateOf(world, 'hourly'), world).toBeGreaterThan(15);
      expect(rateOf(world, 'default_10'), world).toBeLessThan(rateOf(world, 'hourly') / 2);
      // 5 % of 100 is 5; 11 is three standard errors more.
      expect(rateOf(world, 'default_40'), world).toBeLessThanOrEqual(11);
    }
    expect(rateOf('drift_10', 'strict')).toBeLessThanOrEqual(11);
  });

  it('with an audience mix that differs for good look like different ads to every rule', () => {
    for (const rule of ['hourly', 'strict', 'default_40'] as const) {
      expect(rateOf('segments_fixed', rule)).toBeGreaterThan(30);
    }
  });

  it('have the expected false winners under peeking: the simulator can show them', () => {
    expect(document.control.checks.map(({ world }) => world)).toEqual([
      'iid',
      'overdispersed_40',
      'delivery_mix',
    ]);
    expect(document.control.passed).toBe(true);
    for (const { world } of worlds.slice(0, 5)) {
      expect(rateOf(world, 'welch_peeked')).toBeGreaterThan(4 * rateOf(world, 'default_10'));
    }
  });

  it("mislead GrowthBook's test on impressions when the delivery mix shifts", () => {
    expect(rateOf('delivery_mix', 'growthbook_impressions')).toBeGreaterThan(25);
    expect(rateOf('iid', 'growthbook_impressions')).toBeLessThan(6);
  });

  it('make the report fail its control if peeking finds no false winners', () => {
    const blind = worlds.map(({ world, tally }) => ({
      world,
      tally: { ...tally, rules: { ...tally.rules, welch_peeked: { decided: 15, worse: 7, looks: 1 } } },
    }));
    expect(report({ seed: SEED, boundary: 'exact' }, blind, []).control.passed).toBe(false);
    const noControl = worlds.filter(({ world }) => world === 'common_drift');
    expect(report({ seed: SEED, boundary: 'exact' }, noControl, []).control.passed).toBe(false);
  });

  it('make the report say when the rule breaks its promise, and only in a world of its promise', () => {
    expect(document.promise_holds).toBe(true);
    const broken = (world: World) =>
      report(
        { seed: SEED, boundary: 'exact' },
        [{ world, tally: { runs: 2000, rules: { default_10: tallyOf(140) }, differences: [] } }],
        [],
      ).promise_holds;
    expect(broken('drift_5')).toBe(false);
    expect(broken('segments_fixed')).toBe(true);
  });
});

const tallyOf = (decided: number) => ({ decided, worse: 0, looks: 0 });

describe('ads of different rates', () => {
  let document: DecisionsReport;
  beforeAll(() => {
    const lifts = LIFTS.map((lift) => ({
      world: 'iid' as const,
      lift,
      tally: simulate(job({ lift, to: LIFT_RUNS, boundary: 'table' })),
    }));
    document = report({ seed: SEED, boundary: 'table' }, [], lifts);
  }, 180_000);

  it('are decided sooner the more they differ, and rarely for the worse ad', () => {
    const ours = document.lifts.map(({ rules }) => rules.default_10!);
    for (let i = 1; i < ours.length; i++) {
      expect(ours[i]!.mean_hours).toBeLessThan(ours[i - 1]!.mean_hours);
    }
    expect(ours[0]!.decided_percent).toBeGreaterThan(20);
    expect(ours[3]!.decided_percent).toBe(100);
    for (const [i, { rules }] of document.lifts.entries()) {
      // What is learned from ten tests costs little time; the prior alone costs more.
      expect(ours[i]!.mean_hours).toBeLessThan(1.12 * rules.hourly!.mean_hours);
      expect(rules.default_0!.mean_hours).toBeGreaterThanOrEqual(ours[i]!.mean_hours);
    }
    expect(ours.reduce((sum, rule) => sum + rule.worse_promoted_percent, 0)).toBeLessThan(5);
  });

  it("are decided sooner than by GrowthBook's test, but not sooner than by a test that knows the lift", () => {
    for (const { lift, rules } of document.lifts) {
      expect(rules.default_10!.mean_hours).toBeLessThan(rules.growthbook_impressions!.mean_hours);
      // At +5 % the horizon is short: the limit that holds for any length costs more than knowing the lift gains.
      if (lift > 0.05) expect(rules.sprt_knows_lift!.mean_hours).toBeLessThan(rules.default_10!.mean_hours);
      expect(rules.sprt_knows_lift!.worse_promoted_percent).toBe(0);
    }
  });
});

describe('a burst of clicks', () => {
  it.each(['A', 'B'] as const)(
    'in one hour of ad %s hardly delays the winner',
    (burst) => {
      const hoursOf = (changes: Partial<Job>) =>
        simulate(job({ lift: 0.2, to: 60, boundary: 'table', ...changes })).rules;
      const [clean, spoilt] = [hoursOf({}), hoursOf({ burst })];
      expect(spoilt.default_10!.looks).toBeLessThan(1.2 * clean.default_10!.looks);
      expect(spoilt.default_10!.worse).toBe(0);
      expect(spoilt.hourly!.looks).toBeGreaterThan(1.5 * clean.hourly!.looks);
    },
    60_000,
  );
});

describe('a run', () => {
  it('depends only on its seed, world, lift and number', () => {
    const first = emptyStream(HOURS);
    const second = emptyStream(HOURS);
    draw(first, { seed: 1, world: 'common_drift', lift: 0.1, run: 7 });
    draw(second, { seed: 2, world: 'common_drift', lift: 0.1, run: 7 });
    expect(second).not.toEqual(first);
    draw(second, { seed: 1, world: 'common_drift', lift: 0.1, run: 7 });
    expect(second).toEqual(first);
  });

  it('gives the same tally on its own thread and in parts', async () => {
    // A thread takes 100 at a time.
    const asked = job({ to: 110, lift: 0.3, boundary: 'table' });
    const [inParts] = await runJobs([asked], 1);
    const onItsOwn = await onThread((run) => run(asked));
    expect(inParts).toEqual(simulate(asked));
    expect(onItsOwn).toEqual(inParts);
  });

  it('gives the same document on one thread and on two', async () => {
    const jobs = [
      job({ world: 'day_noise', to: 110, boundary: 'table' }),
      job({ lift: 0.2, to: 20, boundary: 'table' }),
    ];
    const documentOf = ([world, lift]: Tally[]) =>
      report(
        { seed: SEED, boundary: 'table' },
        [{ world: 'day_noise', tally: world! }],
        [{ world: 'iid', lift: 0.2, tally: lift! }],
      );
    const one = documentOf(await runJobs(jobs, 1));
    expect(documentOf(await runJobs(jobs, 2))).toEqual(one);
    expect(one.worlds[0]!.runs).toBe(110);
    expect(one.table_error!.compared).toBeGreaterThan(0);
  });

  it('reaches the same decisions with the table and with the recursion', () => {
    const exact = simulate(job({ lift: 0.2, to: 40 }));
    const table = simulate(job({ lift: 0.2, to: 40, boundary: 'table' }));
    expect(Math.abs(table.rules.default_10!.decided - exact.rules.default_10!.decided)).toBeLessThanOrEqual(
      1,
    );
    expect(Math.abs(table.rules.default_10!.looks - exact.rules.default_10!.looks)).toBeLessThan(40);
    expect(table.differences.length).toBeGreaterThan(0);
    expect(Math.max(...table.differences.map(Math.abs))).toBeLessThan(0.05);
  });
});
