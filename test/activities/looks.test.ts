import { afterEach, describe, expect, it } from 'vitest';
import { createLookActivities, hashOf } from '../../src/activities/looks.js';
import type { Observation } from '../../src/contract/records.js';
import type { Decision } from '../../src/domain/decision/decision.js';
import { NO_HISTORY } from '../../src/domain/evidence/drift.js';
import { robustRatio } from '../../src/domain/evidence/estimate.js';
import type { PairRow } from '../../src/domain/evidence/types.js';
import { poisson, random } from '../domain/evidence/simulate.js';
import { failureOf, HOUR, START, type Stage, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const IDS = ['control', 'challenger-1', 'challenger-2'];

/** Hours of observations at these click rates, determined by the seed. */
function hours(count: number, rates: number[], seed = 1): Observation[] {
  const uniform = random(seed);
  return Array.from({ length: count }).flatMap((_, hour) =>
    rates.map((rate, index): Observation => {
      const impressions = 800 + Math.floor(uniform() * 400);
      const linkClicks = poisson(uniform, impressions * rate);
      return {
        variantId: IDS[index]!,
        adId: `60${index}`,
        bucketStart: START + hour * HOUR,
        bucketEnd: START + (hour + 1) * HOUR,
        granularity: 'hour',
        impressions,
        clicks: linkClicks + 5,
        linkClicks,
        spend: 100 + index,
        conversions: 1,
        revenue: 10 * index,
      };
    }),
  );
}

interface Scene {
  stage: Stage;
  /** Decides a look at `hour` hours. */
  look(lookNumber: number, hour: number): Promise<Decision>;
}

async function scene(rows: () => Observation[], options: StageOptions = {}): Promise<Scene> {
  const stage = await stages.open(options);
  await stage.store.appendObservations('exp', rows(), START);
  return {
    stage,
    look(lookNumber, hour) {
      stage.clock.instant = START + hour * HOUR;
      return stage.looks.look({
        experimentId: 'exp',
        lookNumber,
        dueAt: START + hour * HOUR,
        askedBy: 'schedule',
      });
    },
  };
}

const CLEAR = [0.02, 0.032];

describe('a look', () => {
  it('decides on the hours that have closed by its due instant, and announces it', async () => {
    const { stage, look } = await scene(() => hours(48, CLEAR));
    const early = await look(1, 6);
    expect(early).toMatchObject({
      verdict: 'insufficient_data',
      reasons: ['6 h of data < 24 h.'],
      askedBy: 'schedule',
      seenUntil: START + 6 * HOUR,
      dueAt: START + 6 * HOUR,
    });
    const rows = hours(6, CLEAR).filter((row) => row.variantId === 'control');
    const sum = (pick: (row: Observation) => number) => rows.reduce((total, row) => total + pick(row), 0);
    expect(early.metrics.control).toEqual({
      impressions: sum((row) => row.impressions),
      clicks: sum((row) => row.clicks),
      linkClicks: sum((row) => row.linkClicks),
      spend: 600,
      conversions: 6,
      revenue: 0,
    });
    const decided = await look(2, 48);
    expect(decided).toMatchObject({ verdict: 'promote', winnerVariantId: 'challenger-1', lookNumber: 2 });
    expect(decided.confidence).toBeGreaterThanOrEqual(0.95);
    expect(stage.events.map((event) => event.text)).toEqual([
      'look 1 at 6 h: insufficient_data. 6 h of data < 24 h.',
      `look 2 at 48 h: promote. ${decided.reasons.join(' ')}`,
    ]);
  });

  it('leaves out the hour that is still open at its due instant', async () => {
    const { look } = await scene(() => hours(48, CLEAR));
    const decision = await look(1, 6.99);
    expect(decision.metrics.control?.conversions).toBe(6);
  });

  it('advises to end a test that can no longer find anything, and continues it', async () => {
    const { look } = await scene(() => hours(90, [0.02, 0.02]), { policy: { horizonHours: 100 } });
    const early = await look(1, 24);
    expect(early.verdict).toBe('continue_testing');
    expect(early.health.map(({ code }) => code)).not.toContain('futility');
    const late = await look(2, 90);
    expect(late).toMatchObject({ verdict: 'continue_testing', winnerVariantId: null });
    const advice = late.health.find(({ code }) => code === 'futility')!;
    expect(advice.level).toBe('warn');
    expect(advice.message).toMatch(/chance of at most \d\.\d % < 10 %: consider ending the test$/);
    expect(late.reasons).toContain(`${advice.message}.`);
    expect(late.reasons[0]).toMatch(/leads, but confidence/);
  });

  it('gives no such advice under a policy frozen before it existed, and is the same otherwise', async () => {
    const rows = () => hours(90, [0.02, 0.02]);
    const advised = await scene(rows, { policy: { horizonHours: 100 } });
    const earlier = await scene(rows, { policy: { horizonHours: 100, minimumDetectableEffect: undefined } });
    const [now, before] = [await advised.look(1, 90), await earlier.look(1, 90)];
    expect(before.health).toEqual(now.health.filter(({ code }) => code !== 'futility'));
    expect(before.health).not.toEqual(now.health);
    expect(before.pairs).toEqual(now.pairs);
    expect(before.verdict).toBe(now.verdict);
    expect(before.inputHash).not.toBe(now.inputHash);
  });

  it('gives the stored decision and spends no error if it is requested twice', async () => {
    const { stage, look } = await scene(() => hours(60, CLEAR));
    const first = await look(1, 30);
    const states = await stage.store.ruleStates('exp', 1);
    const again = await look(1, 54);
    expect(again).toEqual(first);
    expect(await stage.store.ruleStates('exp', 1)).toEqual(states);
    expect(stage.events).toHaveLength(1);
    const { evidence } = (await look(2, 54)).pairs[0]!;
    expect(evidence.counts).toBe(true);
  });

  it('is decided once if it is requested twice at the same time', async () => {
    const { stage, look } = await scene(() => hours(48, CLEAR));
    const [one, other] = await Promise.all([look(1, 30), look(1, 30)]);
    expect(one).toEqual(other);
    expect(await stage.store.listDecisions('exp', { limit: 10, offset: 0 })).toHaveLength(1);
  });

  it('stays as it was when Meta restates the rows it saw; the next look sees the new ones', async () => {
    const { stage, look } = await scene(() => hours(48, CLEAR));
    const first = await look(1, 30);
    const restated = hours(30, CLEAR).map((row) => ({ ...row, linkClicks: row.linkClicks + 7 }));
    stage.clock.pass(60_000);
    await stage.store.appendObservations('exp', restated, stage.clock.instant);
    expect(await look(1, 31)).toEqual(first);
    const asKnown = await stage.store.observationsAsKnown({
      experimentId: 'exp',
      granularity: 'hour',
      since: START,
      endedBy: first.dueAt,
      seenUntil: first.seenUntil,
    });
    const linkClicks = asKnown
      .filter((row) => row.variantId === 'control')
      .reduce((total, row) => total + row.linkClicks, 0);
    expect(linkClicks).toBe(first.metrics.control?.linkClicks);
    const second = await look(2, 36);
    const later = hours(36, CLEAR)
      .slice(60)
      .filter((row) => row.variantId === 'control')
      .reduce((total, row) => total + row.linkClicks, 0);
    expect(second.metrics.control?.linkClicks).toBe(linkClicks + 30 * 7 + later);
  });

  it('does not depend on the order in which rows arrived', async () => {
    const forwards = await scene(() => hours(40, CLEAR));
    const backwards = await scene(() => hours(40, CLEAR).reverse());
    const strip = ({ metrics, pairs, verdict, inputHash }: Decision) => ({
      metrics,
      pairs,
      verdict,
      inputHash,
    });
    const one = strip(await forwards.look(1, 40));
    expect(strip(await backwards.look(1, 40))).toEqual(one);
    expect(one.inputHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('hashes its rows, its settings and the state before it', async () => {
    const base = await scene(() => hours(40, CLEAR));
    const first = await base.look(1, 30);
    const second = await base.look(2, 36);
    expect(second.inputHash).not.toBe(first.inputHash);
    const other = await scene(() => hours(40, CLEAR, 2));
    expect((await other.look(1, 30)).inputHash).not.toBe(first.inputHash);
  });

  it('promotes only beyond the bound: a test of equal ads stays undecided until the horizon', async () => {
    const policy = { horizonHours: 96 };
    const { look } = await scene(() => hours(96, [0.02, 0.02]), { policy });
    for (let number = 1; number < 16; number++) {
      expect((await look(number, 6 * number)).verdict).toMatch(/insufficient_data|continue_testing/);
    }
    const last = await look(16, 96);
    expect(last).toMatchObject({ verdict: 'no_winner', winnerVariantId: null });
    expect(last.reasons[0]).toMatch(/^The planned 4 days are over with confidence 0\.\d+ < 0\.950/);
  });

  it('counts only hours in which both ads delivered, and shows the totals of each', async () => {
    const { look } = await scene(() =>
      hours(40, CLEAR).map((row, index) =>
        row.variantId === 'control' && index < 40
          ? { ...row, impressions: 0, clicks: 0, linkClicks: 0 }
          : row,
      ),
    );
    const decision = await look(1, 40);
    const later = await (await scene(() => hours(40, CLEAR).filter((_, index) => index >= 40))).look(1, 40);
    expect(decision.pairs[0]?.evidence).toEqual(later.pairs[0]?.evidence);
    expect(decision.metrics['challenger-1']!.impressions).toBeGreaterThan(
      1.5 * decision.metrics.control!.impressions,
    );
  });

  it('has no result without any delivery, and no NaN', async () => {
    const { look } = await scene(() => []);
    const decision = await look(1, 48);
    expect(decision).toMatchObject({ verdict: 'insufficient_data', leaderVariantId: null, confidence: 0 });
    expect(decision.pairs[0]?.welch).toBeNull();
    expect(JSON.stringify(decision)).not.toContain('NaN');
  });

  it('fails permanently if the look before is not on record', async () => {
    const { look } = await scene(() => hours(40, CLEAR));
    expect(await failureOf(look(3, 30))).toMatchObject({ type: 'LookOutOfOrder', nonRetryable: true });
    const { stage } = await scene(() => []);
    const other = stage.looks.look({ experimentId: 'other', lookNumber: 1, dueAt: START, askedBy: 'x' });
    expect(await failureOf(other)).toMatchObject({ type: 'UnknownExperiment', nonRetryable: true });
  });
});

describe('an ad set that is optimised for conversions', () => {
  it('is reported at a look by clicks and does not block a promotion', async () => {
    const { stage, look } = await scene(() => hours(48, CLEAR));
    for (const id of stage.made.adSetIds)
      await stage.market.edit(id, { optimization_goal: 'OFFSITE_CONVERSIONS' });
    const decision = await look(1, 42);
    expect(decision.verdict).toBe('promote');
    expect(decision.health).toContainEqual({
      code: 'conversion_goal',
      level: 'warn',
      message: expect.stringMatching(/^Clicks decide this test, but Meta optimises the delivery of control/),
    });
    const data = { observations: [], segments: [] };
    const hash = (setting: typeof decision.setting) => hashOf(stage.experiment, START, data, {}, setting);
    expect(hash(decision.setting)).not.toBe(hash({ ...decision.setting!, optimizationGoals: {} }));
    expect(hash({ ...decision.setting!, optimizationGoals: undefined })).toBe(
      hash({ ...decision.setting!, optimizationGoals: {} }),
    );
  });
});

describe("a campaign that shares its ad sets' budgets", () => {
  it('is reported at a look and does not block a promotion', async () => {
    const { stage, look } = await scene(() => hours(48, CLEAR));
    const { campaignId } = stage.made;
    await stage.market.edit(campaignId, { is_adset_budget_sharing_enabled: true });
    const shared = await look(1, 24);
    const finding = shared.health.find(({ code }) => code === 'budget_sharing');
    expect(finding).toMatchObject({ level: 'warn', message: expect.stringContaining(campaignId) });
    expect(shared.reasons).toContain(
      `Campaign ${campaignId} shares up to 20 % of its ad sets' budgets between them: the split between the ads is not exact.`,
    );
    expect(shared.setting?.sharingCampaigns).toEqual([campaignId]);
    expect((await look(2, 42)).verdict).toBe('promote');
    await stage.market.edit(campaignId, { is_adset_budget_sharing_enabled: false });
    expect((await look(3, 48)).health.map(({ code }) => code)).not.toContain('budget_sharing');
  });

  it("is part of the look's hash; hashes from before the service read it stay the same", async () => {
    const { stage } = await scene(() => []);
    const setting = { dailyBudgets: { control: 5_000 }, randomised: false };
    const hash = (more: { sharingCampaigns?: string[] }) =>
      hashOf(stage.experiment, START, { observations: [], segments: [] }, {}, { ...setting, ...more });
    expect(hash({ sharingCampaigns: [] })).toBe(hash({}));
    expect(hash({ sharingCampaigns: ['3'] })).not.toBe(hash({}));
  });
});

describe('three variants', () => {
  const three: StageOptions = { dailyBudgets: [5000, 5000, 5000] };

  it('are weighed pairwise, with the control first, and the best of all wins', async () => {
    const { look } = await scene(() => hours(96, [0.02, 0.034, 0.022]), three);
    const decision = await look(1, 96);
    expect(decision.pairs.map((pair) => [pair.variantA, pair.variantB, pair.calledWinner])).toEqual([
      ['control', 'challenger-1', 'challenger-1'],
      ['control', 'challenger-2', null],
      ['challenger-1', 'challenger-2', 'challenger-1'],
    ]);
    expect(decision).toMatchObject({ verdict: 'promote', winnerVariantId: 'challenger-1' });
    const confidences = [decision.pairs[0]!, decision.pairs[2]!].map((pair) => pair.evidence.confidence);
    expect(decision.confidence).toBe(Math.min(...confidences));
  });

  it('have no winner while the two best are equal', async () => {
    const { look } = await scene(() => hours(48, [0.02, 0.034, 0.034]), three);
    const decision = await look(1, 48);
    expect(decision.verdict).toBe('continue_testing');
    expect(decision.pairs[0]?.calledWinner).toBe('challenger-1');
    expect(decision.pairs[1]?.calledWinner).toBe('challenger-2');
    expect(decision.pairs[2]?.calledWinner).toBeNull();
  });

  it('keep a winner that was called at an earlier look that counted', async () => {
    const { look } = await scene(() => hours(60, [0.02, 0.034, 0.034]), three);
    await look(1, 48);
    // Half an hour later: too soon for another look that counts.
    const soon = await look(2, 48.5);
    expect(soon.pairs[0]?.evidence.counts).toBe(false);
    expect(soon.pairs[0]?.calledWinner).toBe('challenger-1');
  });
});

describe('standing', () => {
  it('names the leader and its lead, and stores nothing', async () => {
    const { stage } = await scene(() => hours(30, CLEAR));
    stage.clock.pass(30 * HOUR);
    const standing = await stage.looks.standing({ experimentId: 'exp', dueAt: START + 30 * HOUR });
    const rows = hours(30, CLEAR);
    const pairs = rows
      .filter((row) => row.variantId === 'control')
      .map((row): PairRow => {
        const other = rows.find(
          (each) => each.variantId === 'challenger-1' && each.bucketStart === row.bucketStart,
        )!;
        return {
          exposureA: row.impressions,
          eventsA: row.linkClicks,
          exposureB: other.impressions,
          eventsB: other.linkClicks,
          day: (row.bucketStart - START) / (24 * HOUR),
        };
      });
    const { theta, se } = robustRatio(pairs, {}, NO_HISTORY);
    expect(standing.leaderVariantId).toBe('challenger-1');
    expect(standing.theta).toBeCloseTo(theta, 12);
    expect(standing.se).toBeCloseTo(se, 12);
    expect(await stage.store.latestDecision('exp')).toBeNull();
    expect(stage.events).toEqual([]);
  });

  it('names the lead over the closest of two rivals', async () => {
    const { stage } = await scene(() => hours(30, [0.02, 0.034, 0.03]), {
      dailyBudgets: [5000, 5000, 5000],
    });
    stage.clock.pass(30 * HOUR);
    const standing = await stage.looks.standing({ experimentId: 'exp', dueAt: START + 30 * HOUR });
    expect(standing.leaderVariantId).toBe('challenger-1');
    expect(standing.theta).toBeGreaterThan(0);
    expect(standing.theta).toBeLessThan(Math.log(0.034 / 0.02));
  });

  it('names no leader without data', async () => {
    const { stage } = await scene(() => []);
    const { standing } = createLookActivities(stage.deps);
    expect(await standing({ experimentId: 'exp', dueAt: START + HOUR })).toMatchObject({
      leaderVariantId: null,
      theta: 0,
      se: 0,
    });
  });
});
