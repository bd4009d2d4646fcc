import { afterEach, describe, expect, it } from 'vitest';
import { createLookActivities } from '../../src/activities/looks.js';
import { replayDecision } from '../../src/activities/recompute-decision.js';
import { type MetaClient, MetaError } from '../../src/clients/meta/types.js';
import type { Decision } from '../../src/domain/decision/decision.js';
import { DAY, failureOf, HOUR, type Stage, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

/** Ten in the morning in New York. Clocks go back in the night to 1 November. */
const STARTS_AT = Date.parse('2026-10-30T14:00Z');
const FIRST_MIDNIGHT = Date.parse('2026-10-31T04:00Z');

function open(options: StageOptions = {}): Promise<Stage> {
  return stages.open({
    startsAt: STARTS_AT,
    socketTimeoutMs: 5_000,
    account: { timezone: 'America/New_York' },
    dailyBudgets: [100_000, 100_000],
    ...options,
  });
}

/** Looks every 6 hours, with the real client and store; ends early at a promotion. */
async function walk(stage: Stage, looks: number): Promise<Decision> {
  let decision!: Decision;
  for (let lookNumber = 1; lookNumber <= looks; lookNumber++) {
    stage.clock.pass(6 * HOUR);
    decision = await look(stage, lookNumber);
    if (decision.verdict === 'promote') break;
  }
  return decision;
}

async function look(stage: Stage, lookNumber: number, meta: MetaClient = stage.meta): Promise<Decision> {
  const dueAt = stage.clock.instant;
  await stage.observations.ingest({ experimentId: 'exp', until: dueAt });
  const { look } = createLookActivities({ ...stage.deps, meta });
  return look({ experimentId: 'exp', lookNumber, dueAt, askedBy: 'schedule' });
}

const known = (stage: Stage) =>
  stage.store.segmentsAsKnown({
    ...{ experimentId: 'exp', since: 0, endedBy: stage.clock.instant, seenUntil: stage.clock.instant },
  });

/** The stage's client, which notes the days that are asked for by breakdown. */
function noting(stage: Stage, fails: Partial<Record<'age_gender' | 'placement', MetaError['kind']>> = {}) {
  const asked: string[] = [];
  const meta: MetaClient = {
    ...stage.meta,
    async getSegments(query) {
      const day = (at: number) => new Date(at).toISOString().slice(0, 16);
      asked.push(`${query.breakdown} ${day(query.since)} ${day(query.until)}`);
      const kind = fails[query.breakdown];
      if (kind) throw new MetaError(kind, 'no breakdown', DETAILS);
      return stage.meta.getSegments(query);
    },
  };
  return { asked, meta };
}

const DETAILS = {
  ...{ httpStatus: 400, code: null, subcode: null, traceId: null, retryAfterMs: null },
  outcome: 'not_applied' as const,
};

describe('equal ads that reach different ages', () => {
  /** By this seed the challenger reaches more of those who click. */
  const mixed: StageOptions = {
    clickRates: [0.03, 0.03],
    segments: { by: 'age', contrast: 4, spread: 0.6, memoryHours: null },
  };

  it('have a false winner by hours, with a warning that names ages', async () => {
    const stage = await open(mixed);
    const decision = await walk(stage, 40);
    expect(decision.verdict).toBe('promote');
    const mix = decision.health.find(({ code }) => code === 'segment_mix');
    expect(mix?.message).toMatch(/by segments of age and gender.*(18-24|45-54) female: \d/);
    expect(decision.reasons.join(' ')).toContain('People were not split at random');
    for (const number of [5, decision.lookNumber])
      expect(await replayDecision(stage.store, 'exp', number)).toMatchObject({ same: true, differences: [] });
  });

  it('have none by segments, and each decision can be recomputed after Meta has restated its days', async () => {
    const stage = await open({ ...mixed, policy: { strata: 'segment' } });
    const decision = await walk(stage, 40);
    expect(decision.verdict).toBe('continue_testing');
    expect(decision.pairs[0]).toMatchObject({ segments: { breakdown: 'age_gender' }, calledWinner: null });
    const restated = (await known(stage)).map((row) => ({ ...row, linkClicks: row.linkClicks + 9 }));
    await stage.store.appendSegments('exp', restated, stage.clock.instant + 1);
    for (const number of [5, 40])
      expect(await replayDecision(stage.store, 'exp', number)).toMatchObject({ same: true, differences: [] });
  });
});

describe('a better ad', () => {
  it('wins by segments', async () => {
    const stage = await open({
      ...{ clickRates: [0.03, 0.04], policy: { strata: 'segment' } },
      segments: { by: 'placement', contrast: 4, spread: 0.5, memoryHours: 24 },
    });
    const decision = await walk(stage, 60);
    expect(decision).toMatchObject({ verdict: 'promote', winnerVariantId: 'challenger-1' });
    expect(decision.pairs[0]!.segments?.breakdown).toBe('placement');
  });
});

describe('days by segment', () => {
  it('are whole days of the account, and sum to its days', async () => {
    const segments: StageOptions['segments'] = { by: 'age', contrast: 4, spread: 0.5, memoryHours: 6 };
    const stage = await open({ clickRates: [0.03, 0.03], segments });
    await walk(stage, 16);
    const rows = await known(stage);
    const starts = [...new Set(rows.map(({ bucketStart }) => bucketStart))];
    expect(starts).toEqual([FIRST_MIDNIGHT, FIRST_MIDNIGHT + DAY, FIRST_MIDNIGHT + 2 * DAY + HOUR]);
    const days = await stage.meta.getInsights({
      ...{ adIds: stage.made.adIds, since: FIRST_MIDNIGHT, until: stage.clock.instant - 12 * HOUR },
      ...{ granularity: 'day', timezone: 'America/New_York' },
    });
    const closed = days.filter(({ bucketStart }) => starts.includes(bucketStart));
    for (const breakdown of ['age_gender', 'placement']) {
      for (const field of ['impressions', 'linkClicks', 'spend', 'conversions', 'revenue'] as const) {
        const own = rows.filter((row) => row.breakdown === breakdown);
        const total = own.reduce((sum, row) => sum + row[field], 0);
        expect(total).toBe(closed.reduce((sum, row) => sum + row[field], 0));
        expect(total).toBeGreaterThan(0);
      }
    }
  });

  it('are asked for once per closed day, with those that Meta may restate', async () => {
    const stage = await open();
    const { asked, meta } = noting(stage);
    for (let number = 1; number <= 24; number++) {
      stage.clock.pass(6 * HOUR);
      await look(stage, number, meta);
    }
    expect(asked.filter((one) => one.startsWith('age'))).toEqual([
      'age_gender 2026-10-31T04:00 2026-11-01T04:00',
      'age_gender 2026-10-31T04:00 2026-11-02T05:00',
      'age_gender 2026-10-31T04:00 2026-11-03T05:00',
      'age_gender 2026-10-31T04:00 2026-11-04T05:00',
      'age_gender 2026-10-31T05:00 2026-11-05T05:00',
    ]);
    expect(asked).toHaveLength(10);
  });

  it('that only serve a warning hold no look up if Meta fails, and are asked for again at the next', async () => {
    const stage = await open();
    stage.clock.instant = FIRST_MIDNIGHT + DAY;
    const { asked, meta } = noting(stage, { age_gender: 'transient' });
    expect((await look(stage, 1, meta)).health.map(({ code }) => code)).not.toContain('segment_mix');
    expect(asked).toHaveLength(1);
    stage.clock.pass(HOUR);
    await look(stage, 2);
    expect(new Set((await known(stage)).map(({ breakdown }) => breakdown)).size).toBe(2);
  });

  it('that decide make the look try again if Meta fails', async () => {
    const stage = await open({ policy: { strata: 'segment' } });
    stage.clock.instant = FIRST_MIDNIGHT + DAY;
    const { meta } = noting(stage, { placement: 'transient' });
    expect((await failureOf(look(stage, 1, meta))).nonRetryable).toBe(false);
    expect(await stage.store.latestDecision('exp')).toBeNull();
  });

  it('that decide need only one breakdown if Meta refuses the other for good', async () => {
    const stage = await open({ policy: { strata: 'segment' } });
    stage.clock.instant = FIRST_MIDNIGHT + DAY;
    const { meta } = noting(stage, { age_gender: 'permission' });
    expect((await look(stage, 1, meta)).pairs[0]!.segments?.breakdown).toBe('placement');
    stage.clock.pass(2 * DAY);
    const { meta: none } = noting(stage, { age_gender: 'permission', placement: 'invalid' });
    await failureOf(look(stage, 2, none));
  });
});
