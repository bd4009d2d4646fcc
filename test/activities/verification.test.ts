import { afterEach, describe, expect, it } from 'vitest';
import { createVerificationActivities } from '../../src/activities/verification.js';
import { NO_HISTORY } from '../../src/domain/evidence/drift.js';
import { judge } from '../../src/domain/verification/verification.js';
import { DAY, failureOf, HOUR, START, type Stage, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

/** Lets days pass and pulls once per day, as the workflow does. */
async function passDays(stage: Stage, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    stage.clock.pass(DAY);
    await stage.observations.ingest({ experimentId: 'exp', until: stage.clock.instant });
  }
}

/** A promotion whose last write was a day after the start, with the market's own hours. */
async function verifying(options: StageOptions = {}) {
  const market = { dailyBudgets: [20_000, 20_000], clickRates: [0.02, 0.03], socketTimeoutMs: 10_000 };
  const stage = await stages.open({ ...market, ...options });
  await stage.promote();
  stage.clock.pass(DAY);
  await stage.store.completePhase('exp', '80', stage.clock.instant);
  const since = stage.clock.instant + DAY;
  const activities = createVerificationActivities(stage.deps);
  return {
    stage,
    since,
    judgedAt: since + 7 * DAY,
    check: (dueAt: number) => activities.checkVerification({ experimentId: 'exp', dueAt }),
    giveUp: (dueAt: number) =>
      activities.giveUpVerification({ experimentId: 'exp', dueAt, trouble: 'no answer' }),
  };
}

describe('a verification against the market', () => {
  it('reports daily and stores nothing, then stores the outcome once, whatever comes later', async () => {
    const { stage, since, judgedAt, check } = await verifying();
    await passDays(stage, 4);
    expect(await check(since + 3 * DAY)).toEqual({
      outcome: null,
      message: expect.stringMatching(
        /^Being verified: click rate of “ad 1” \(challenger-1\) over “ad 0” \(control\) \+.* by day 3 of 7 days/,
      ),
    });
    expect(await stage.store.getVerification('exp')).toBeNull();

    await passDays(stage, 4);
    const first = await check(judgedAt);
    expect(first).toEqual({ outcome: 'verified', message: expect.stringMatching(/^Verified: /) });
    const stored = await stage.store.getVerification('exp');
    expect(stored).toMatchObject({ dueAt: judgedAt, seenUntil: stage.clock.instant, days: 7, rows: 168 });

    const rows = await stage.store.observationsAsKnown({
      experimentId: 'exp',
      granularity: 'hour',
      since,
      endedBy: judgedAt,
      seenUntil: stage.clock.instant,
    });
    stage.clock.pass(1);
    const restated = rows.map((row) => ({ ...row, linkClicks: row.variantId === 'control' ? 90 : 0 }));
    await stage.store.appendObservations('exp', restated, stage.clock.instant);
    expect(await check(judgedAt)).toEqual(first);
    expect(await stage.store.getVerification('exp')).toEqual(stored);
  });

  it('can be recomputed from the versions that it saw', async () => {
    const { stage, since, judgedAt, check } = await verifying();
    await passDays(stage, 8);
    await check(judgedAt);
    const { seenUntil, ...stored } = (await stage.store.getVerification('exp'))!;
    stage.clock.pass(1);
    const query = { experimentId: 'exp', granularity: 'hour', since, endedBy: judgedAt } as const;
    const rows = await stage.store.observationsAsKnown({ ...query, seenUntil });
    const restated = rows.map((row) => ({ ...row, linkClicks: row.linkClicks + 3 }));
    await stage.store.appendObservations('exp', restated, stage.clock.instant);
    const promotion = (await stage.store.getPromotion('exp'))!;
    const again = (observations: typeof rows) =>
      judge({
        history: NO_HISTORY,
        experiment: stage.experiment,
        promotion,
        observations,
        dueAt: stored.dueAt,
      });
    expect(stored).toMatchObject(again(await stage.store.observationsAsKnown({ ...query, seenUntil })));
    const now = await stage.store.observationsAsKnown({ ...query, seenUntil: stage.clock.instant });
    expect(again(now).theta).not.toBe(stored.theta);
  });

  it('reverts a winner that the market shows to be worse, on the first day', async () => {
    const { stage, since, check } = await verifying({ clickRates: [0.03, 0.015] });
    await passDays(stage, 2);
    expect(await check(since + DAY)).toEqual({
      outcome: 'reverted',
      message: expect.stringMatching(/on 1 of 7 days after the rollout; evidence that the winner is worse/),
    });
    expect(await stage.store.getVerification('exp')).toMatchObject({
      outcome: 'reverted',
      dueAt: since + DAY,
    });
  });

  it('mentions no write for a rollout in shadow', async () => {
    const { stage, judgedAt, check } = await verifying({ clickRates: [0.03, 0.015], writesAllowed: false });
    await passDays(stage, 2);
    expect((await check(judgedAt - 6 * DAY)).message).toMatch(
      / on 1 of 7 days after the rollout in shadow; .* No budget was moved\.$/,
    );
    const other = await verifying({ writesAllowed: false });
    expect((await other.giveUp(other.judgedAt)).message).toMatch(
      /in shadow could not be read .* was moved\.$/,
    );
  });

  it('gives up on a window that cannot be read: not verified, with the data so far', async () => {
    const { stage, judgedAt, giveUp, check } = await verifying();
    await passDays(stage, 3);
    const given = {
      outcome: 'not_verified',
      message: 'Not verified: the 7 days after the rollout could not be read (no answer); the budgets stay.',
    };
    expect(await giveUp(judgedAt)).toEqual(given);
    expect(await giveUp(judgedAt)).toEqual(given);
    expect(await check(judgedAt)).toEqual(given);
    expect(await stage.store.getVerification('exp')).toMatchObject({ ...given, days: 2 });
  });

  it('still reverts if the data read before shows harm', async () => {
    const { stage, judgedAt, giveUp } = await verifying({ clickRates: [0.03, 0.01] });
    await passDays(stage, 3);
    expect((await giveUp(judgedAt)).outcome).toBe('reverted');
  });

  it('fails permanently if there is no promotion', async () => {
    const stage = await stages.open();
    const { checkVerification } = createVerificationActivities(stage.deps);
    const failure = await failureOf(checkVerification({ experimentId: 'exp', dueAt: START + HOUR }));
    expect(failure).toMatchObject({ type: 'RecordDisagrees', nonRetryable: true });
  });
});
