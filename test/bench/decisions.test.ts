import { beforeAll, describe, expect, it } from 'vitest';
import { onThread, runJobs } from '../../bench/decisions/pool.js';
import { type DecisionsReport, report } from '../../bench/decisions/report.js';
import { type Job, type OwnRule, simulate, type Tally } from '../../bench/decisions/simulate.js';
import { draw, HOURS, WORLDS, type World } from '../../bench/decisions/worlds.js';
import { emptyStream } from '../../src/tools/backtest/stream.js';

/** A short form of `npm run bench:decisions`, which has 2,000 runs per world. The limits below are for these runs. */
const SEED = 1;
const RUNS = 120;
const LIFT_RUNS = 30;
const LIFTS = [0.05, 0.1, 0.2, 0.3];
const job = (changes: Partial<Job>): Job => ({
  seed: SEED,
  world: 'iid',
  lift: 0,
  from: 0,
  to: RUNS,
  boundary: 'exact',
  ...changes,
});

describe('equal ads', () => {
  let worlds: { world: World; tally: Tally }[];
  let document: DecisionsReport;
  beforeAll(() => {
    worlds = WORLDS.map((world) => ({ world, tally: simulate(job({ world })) }));
    document = report({ seed: SEED, boundary: 'exact' }, worlds, []);
  }, 180_000);
  const rateOf = (world: string, rule: 'sequential' | 'welch_peeked' | 'growthbook_impressions') =>
    document.worlds.find((one) => one.world === world)!.false_winners[rule]!.percent;

  it.each([...WORLDS])('have few false winners in the world %s', (world) => {
    const { sequential } = document.worlds.find((one) => one.world === world)!.false_winners;
    // At 5 %, 6 of 120 runs are expected; 13 is three standard errors more.
    expect(sequential!.count).toBeLessThanOrEqual(13);
    expect(sequential!.upper_95).toBeGreaterThan(sequential!.percent);
  });

  it('have the expected false winners under peeking: the simulator can show them', () => {
    expect(document.control.checks.map(({ world }) => world)).toEqual([
      'iid',
      'overdispersed_40',
      'delivery_mix',
    ]);
    expect(document.control.passed).toBe(true);
    for (const { world } of worlds.slice(0, 5)) {
      expect(rateOf(world, 'welch_peeked')).toBeGreaterThan(4 * rateOf(world, 'sequential'));
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

  it('make the report say when the rule breaks its promise', () => {
    expect(document.promise_holds).toBe(true);
    const broken = [
      { world: 'iid' as const, tally: { runs: 2000, rules: { sequential: tallyOf(140) }, differences: [] } },
    ];
    expect(report({ seed: SEED, boundary: 'exact' }, broken, []).promise_holds).toBe(false);
  });
});

describe('equal ads whose rates vary from day to day', () => {
  const RUNS_OF_DAYS = 600;
  const falseWinners = (world: World, rule: OwnRule) => {
    const { rules } = simulate(job({ world, rule, to: RUNS_OF_DAYS, boundary: 'table' }));
    return rules[rule]!.decided;
  };

  it('are not called winners by the strict form, but by the hourly one', () => {
    // 5 % of 600 is 30; 46 and 14 are three standard errors away.
    expect(falseWinners('day_noise', 'sequential')).toBeGreaterThan(46);
    expect(falseWinners('day_noise', 'strict')).toBeLessThan(14);
    expect(falseWinners('day_noise_offset', 'strict')).toBeLessThan(14);
    expect(falseWinners('iid', 'strict')).toBeLessThan(14);
  }, 180_000);

  it('are reported under the requested form, whose promise is checked', () => {
    const of = (decided: number): Tally => ({
      runs: 2000,
      rules: { strict: tallyOf(decided) },
      differences: [],
    });
    const said = (decided: number) =>
      report(
        { seed: SEED, boundary: 'table', rule: 'strict' },
        [{ world: 'day_noise', tally: of(decided) }],
        [],
      );
    expect(said(80)).toMatchObject({ rule: 'strict', promise_holds: true });
    expect(said(140).promise_holds).toBe(false);
  });
});

const tallyOf = (decided: number) => ({ decided, worse: 0, looks: 0 });

describe('ads of different rates', () => {
  let document: DecisionsReport;
  beforeAll(() => {
    const lifts = LIFTS.map((lift) => ({ lift, tally: simulate(job({ lift, to: LIFT_RUNS })) }));
    document = report({ seed: SEED, boundary: 'exact' }, [], lifts);
  }, 180_000);

  it('are decided sooner the more they differ, and rarely for the worse ad', () => {
    const ours = document.lifts.map(({ rules }) => rules.sequential!);
    for (let i = 1; i < ours.length; i++) {
      expect(ours[i]!.mean_looks).toBeLessThan(ours[i - 1]!.mean_looks);
    }
    expect(ours[0]!.decided_percent).toBeGreaterThan(20);
    expect(ours[3]!.decided_percent).toBe(100);
    expect(ours.reduce((sum, rule) => sum + rule.worse_promoted_percent, 0)).toBeLessThan(5);
  });

  it("are decided sooner than by GrowthBook's test, but not sooner than by a test that knows the lift", () => {
    for (const { lift, rules } of document.lifts) {
      expect(rules.sequential!.mean_looks).toBeLessThan(rules.growthbook_impressions!.mean_looks);
      // At +5 % the horizon is short: the limit that holds for any length costs more than knowing the lift gains.
      if (lift > 0.05) expect(rules.sprt_knows_lift!.mean_looks).toBeLessThan(rules.sequential!.mean_looks);
      expect(rules.sprt_knows_lift!.worse_promoted_percent).toBe(0);
    }
  });
});

describe('a run', () => {
  it('depends only on its seed, world, lift and number', () => {
    const first = emptyStream(HOURS);
    const second = emptyStream(HOURS);
    draw(first, 1, 'common_drift', 0.1, 7);
    draw(second, 2, 'common_drift', 0.1, 7);
    expect(second).not.toEqual(first);
    draw(second, 1, 'common_drift', 0.1, 7);
    expect(second).toEqual(first);
  });

  it('gives the same tally on its own thread and in parts', async () => {
    // A thread takes 100 at a time.
    const asked = job({ world: 'overdispersed_40', to: 110 });
    const [inParts] = await runJobs([asked], 1);
    const onItsOwn = await onThread((run) => run(asked));
    expect(inParts).toEqual(simulate(asked));
    expect(onItsOwn).toEqual(inParts);
  });

  it('gives the same document on one thread and on two', async () => {
    const jobs = [
      job({ world: 'day_noise', rule: 'strict', to: 110, boundary: 'table' }),
      job({ lift: 0.2, rule: 'strict', to: 60, boundary: 'table' }),
    ];
    const documentOf = ([world, lift]: Tally[]) =>
      report(
        { seed: SEED, boundary: 'table', rule: 'strict' },
        [{ world: 'day_noise', tally: world! }],
        [{ lift: 0.2, tally: lift! }],
      );
    const one = documentOf(await runJobs(jobs, 1));
    expect(documentOf(await runJobs(jobs, 2))).toEqual(one);
    expect(one.worlds[0]!.runs).toBe(110);
    expect(one.table_error!.compared).toBeGreaterThan(0);
  });

  it('reaches the same decisions with the table and with the recursion', () => {
    const exact = simulate(job({ lift: 0.2, to: 40 }));
    const table = simulate(job({ lift: 0.2, to: 40, boundary: 'table' }));
    expect(Math.abs(table.rules.sequential!.decided - exact.rules.sequential!.decided)).toBeLessThanOrEqual(
      1,
    );
    expect(Math.abs(table.rules.sequential!.looks - exact.rules.sequential!.looks)).toBeLessThan(40);
    expect(table.differences.length).toBeGreaterThan(0);
    expect(Math.max(...table.differences.map(Math.abs))).toBeLessThan(0.05);
  });
});
