import { afterEach, describe, expect, it } from 'vitest';
import { failureOf, GROUNDS, HOUR, START, type Stage, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const open = (stage: Stage, grounds = GROUNDS) => stage.promotions.openPromotion('exp', grounds);

async function refusalOf(stage: Stage): Promise<string[]> {
  const outcome = await open(stage);
  if (outcome.kind === 'opened') throw new Error('it was opened');
  expect(await stage.store.getPromotion('exp')).toBeNull();
  return outcome.reasons;
}

describe('opening a promotion', () => {
  it('records the base and the plan before anything is written', async () => {
    const stage = await stages.open();
    const outcome = await open(stage);
    expect(outcome.kind).toBe('opened');
    const stored = await stage.store.getPromotion('exp');
    expect(stored).toMatchObject({
      ...GROUNDS,
      status: 'in_progress',
      openedAt: START,
      phasesDone: {},
      plan: {
        winnerAdSetId: stage.winner,
        base: { [stage.loser]: 5000, [stage.winner]: 5000 },
        skipped: [],
      },
    });
    expect(stored?.plan.phases.map((phase) => phase.targets[stage.winner])).toEqual([6000, 7000, 8000]);
    expect(await stage.market.audit()).toEqual([]);
  });

  it('twice before the first write reads the base again', async () => {
    const stage = await stages.open();
    await open(stage);
    await stage.market.edit(stage.loser, { daily_budget: 7000 });
    await open(stage);
    expect((await stage.store.getPromotion('exp'))?.plan.base).toEqual({
      [stage.loser]: 7000,
      [stage.winner]: 5000,
    });
  });

  it('again after the first write keeps the original base and plan', async () => {
    const stage = await stages.open();
    await stage.promote();
    await stage.write('60', stage.loser, 4000);
    const again = await open(stage, { ...GROUNDS, reason: 'another' });
    expect(again).toMatchObject({
      kind: 'opened',
      promotion: {
        reason: GROUNDS.reason,
        plan: { base: { [stage.loser]: 5000, [stage.winner]: 5000 } },
      },
    });
  });

  it('again after the first write succeeds even if the preflight would refuse now', async () => {
    const stage = await stages.open();
    await stage.promote();
    await stage.write('60', stage.loser, 4000);
    await stage.market.edit(stage.made.campaignId, { status: 'PAUSED' });
    expect((await open(stage)).kind).toBe('opened');
    expect((await stage.gate()).kind).toBe('person');
  });

  it('in shadow is recorded as such', async () => {
    const stage = await stages.open({ writesAllowed: false });
    expect((await open(stage)).kind).toBe('opened');
    expect((await stage.store.getPromotion('exp'))?.status).toBe('shadow');
    await stage.budgets.setPromotionStatus('exp', 'completed');
    expect((await stage.store.getPromotion('exp'))?.status).toBe('shadow');
  });

  it('is refused if a phase alone exceeds the daily envelope', async () => {
    const stage = await stages.open({ accountEnvelope: 9.99 });
    expect(await refusalOf(stage)).toEqual([
      "Phase 60 raises the winner by USD 10.00 > USD 9.99, the account's envelope per day (ACCOUNT_ENVELOPE).",
    ]);
    const enough = await stages.open({ accountEnvelope: 10 });
    expect((await open(enough)).kind).toBe('opened');
    const shadow = await stages.open({ accountEnvelope: 9.99, writesAllowed: false });
    expect((await open(shadow)).kind).toBe('opened');
  });

  it('is not refused because of an obstacle to the last phase that passes within the hour', async () => {
    for (const subcode of [1885650, 1487632]) {
      const stage = await stages.open();
      const code = subcode === 1885650 ? 100 : 613;
      await stage.market.order({
        kind: 'refuse',
        objectId: stage.loser,
        method: 'POST',
        code,
        subcode,
        times: null,
      });
      expect((await open(stage)).kind).toBe('opened');
    }
  });

  it('plans three ad sets', async () => {
    const stage = await stages.open({ dailyBudgets: [3000, 5000, 2000] });
    await open(stage);
    expect((await stage.store.getPromotion('exp'))?.plan.phases[0]?.targets).toEqual(
      Object.fromEntries(stage.made.adSetIds.map((id, index) => [id, [2400, 6000, 1600][index]])),
    );
  });
});

describe('a promotion is refused', () => {
  it('if an ad is paused, and nothing is recorded', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.made.adIds[0]!, { status: 'PAUSED' });
    expect(await refusalOf(stage)).toEqual([`Ad ${stage.made.adIds[0]} is not active (PAUSED).`]);
  });

  it('if an ad set is paused: its ad is not active either', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.winner, { status: 'PAUSED' });
    expect(await refusalOf(stage)).toEqual([
      expect.stringMatching(`^Ad ${stage.made.adIds[1]} is not active`),
      `Ad set ${stage.winner} is not active (PAUSED).`,
    ]);
  });

  it('if the campaign has the budget', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.made.campaignId, { daily_budget: 10_000 });
    const sentence = `Campaign ${stage.made.campaignId} has a campaign budget; the budgets of its ad sets can't be set.`;
    expect(await refusalOf(stage)).toEqual([sentence, sentence]);
  });

  it('if an ad set has a lifetime budget', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.loser, { daily_budget: null, lifetime_budget: 90_000 });
    expect(await refusalOf(stage)).toEqual([
      `Ad set ${stage.loser} has a lifetime budget; a daily budget is needed.`,
    ]);
  });

  it('if an ad set has a budget schedule', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.loser, { is_budget_schedule_enabled: true });
    expect(await refusalOf(stage)).toEqual([`Ad set ${stage.loser} has a budget schedule.`]);
  });

  it('if an ad set ends before the last phase, and not if it ends with it', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.loser, { end_time: START + 3 * HOUR - 60_000 });
    expect(await refusalOf(stage)).toEqual([
      expect.stringMatching(`^Ad set ${stage.loser} ends on 2026-11-23T02:59`),
    ]);
    await stage.market.edit(stage.loser, { end_time: START + 3 * HOUR });
    expect((await open(stage)).kind).toBe('opened');
  });

  it('if a phase is below the minimum', async () => {
    const stage = await stages.open({ dailyBudgets: [200, 200] });
    expect(await refusalOf(stage)).toEqual([
      `Phase 80 would set ad set ${stage.loser} to USD 0.80, below Meta's minimum of USD 1.00 a day.`,
    ]);
  });

  it('if the winner already has the last share', async () => {
    const stage = await stages.open({ dailyBudgets: [1000, 9000] });
    expect((await refusalOf(stage))[0]).toMatch(/^The winner already has USD 90\.00 of USD 100\.00/);
  });

  it('if Meta would refuse an amount, although nothing is written', async () => {
    const stage = await stages.open();
    await stage.market.order({ kind: 'refuse', objectId: stage.loser, method: 'POST' });
    expect(await refusalOf(stage)).toEqual([
      expect.stringMatching(/This ad set can not be changed in this way/),
    ]);
    expect(await stage.market.audit()).toEqual([]);
    await stage.market.order({ kind: 'expired_token', objectId: stage.winner, method: 'POST' });
    expect(await failureOf(open(stage))).toMatchObject({ type: 'Meta.auth', nonRetryable: true });
  });

  it('with all problems at once', async () => {
    const stage = await stages.open();
    await stage.market.edit(stage.made.adIds[0]!, { status: 'PAUSED' });
    await stage.market.edit(stage.winner, { is_budget_schedule_enabled: true });
    expect(await refusalOf(stage)).toHaveLength(2);
  });
});
