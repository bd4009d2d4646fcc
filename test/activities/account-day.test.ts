import { afterEach, describe, expect, it } from 'vitest';
import { createAccountDay } from '../../src/activities/account-day.js';
import { HOUR, type Stage, type StageOptions, UNKNOWN_WAIT, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const at = (time: string) => Date.parse(time);

describe('the day of an account', () => {
  it.each([
    ['UTC', '2026-11-24T03:00Z', '2026-11-24T00:00Z', '2026-11-25T00:00Z'],
    // Still the 23rd there.
    ['America/New_York', '2026-11-24T03:00Z', '2026-11-23T05:00Z', '2026-11-24T05:00Z'],
    ['America/New_York', '2026-11-24T04:59:59.999Z', '2026-11-23T05:00Z', '2026-11-24T05:00Z'],
    ['America/New_York', '2026-11-24T05:00Z', '2026-11-24T05:00Z', '2026-11-25T05:00Z'],
    // Already the 24th there.
    ['Asia/Tokyo', '2026-11-23T16:00Z', '2026-11-23T15:00Z', '2026-11-24T15:00Z'],
    // Clocks go back: the day has 25 hours. They go forward: it has 23.
    ['America/New_York', '2026-11-01T12:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    ['America/New_York', '2027-03-14T12:00Z', '2027-03-14T05:00Z', '2027-03-15T04:00Z'],
  ])('in %s at %s runs from %s to %s', async (timezone, now, since, until) => {
    const stage = await stages.open({ account: { timezone } });
    const dayOf = createAccountDay(stage.meta);
    expect(await dayOf(at(now))).toEqual({ since: at(since), until: at(until) });
  });
});

/** 18:00 in New York; two hours later it is the next day in UTC, and the same one there. */
const EVENING = at('2026-11-23T23:00Z');
const MIDNIGHT = at('2026-11-24T05:00Z');
const IN_NEW_YORK: StageOptions = {
  account: { timezone: 'America/New_York' },
  startsAt: EVENING,
  dailyBudgets: [5000, 5000],
};

async function promoted(options: StageOptions): Promise<Stage> {
  const stage = await stages.open({ ...IN_NEW_YORK, ...options });
  return stage.promote();
}

describe('daily limits, in New York', () => {
  it("count the afternoon's changes in the evening, although it is the next day in UTC", async () => {
    const stage = await promoted({ accountEnvelope: 15 });
    await stage.write('60', stage.loser, 4000);
    expect(await stage.write('60', stage.winner, 6000)).toMatchObject({ kind: 'done' });
    stage.clock.pass(2 * HOUR);
    await stage.write('70', stage.loser, 3000);
    const gate = await stage.gate('70');
    const said =
      "The account's envelope is USD 15.00 a day; USD 10.00 have been moved today and this phase needs USD 10.00 more: USD 20.00 > USD 15.00. It goes on at 2026-11-24 05:00 UTC.";
    expect(gate).toMatchObject({ code: 'envelope', retryAfterMs: 4 * HOUR });
    expect(gate.reason).toBe(said);
    expect(await stage.write('70', stage.winner, 7000)).toEqual({
      kind: 'wait',
      code: 'envelope',
      retryAfterMs: MIDNIGHT - stage.clock.instant,
      reason: said,
    });
    // They still count just before its midnight, and no longer at midnight.
    stage.clock.pass(4 * HOUR - 1);
    expect(await stage.write('70', stage.winner, 7000)).toMatchObject({ kind: 'wait', retryAfterMs: 1 });
    stage.clock.pass(1);
    expect(await stage.gate('70')).toMatchObject({ kind: 'done' });
    expect(await stage.write('70', stage.winner, 7000)).toMatchObject({ kind: 'done' });
    expect(await stage.amounts()).toEqual([3000, 7000]);
  });

  it('delay to its midnight a budget that Meta refuses twice in a day as below the spend', async () => {
    const stage = await promoted({ policy: { checkEveryHours: 24 } });
    const notYet = {
      kind: 'refuse',
      code: 100,
      subcode: 1_885_650,
      objectId: stage.loser,
      method: 'POST',
    } as const;
    await stage.market.order({ ...notYet, times: null });
    const first = await stage.write('60', stage.loser, 4000);
    expect(first).toMatchObject({ kind: 'wait', code: 'not_yet' });
    stage.clock.pass(2 * HOUR);
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({
      kind: 'wait',
      code: 'not_yet',
      retryAfterMs: 4 * HOUR,
    });
    // The first refusal of a new day is tried again as soon as the first one of this day was.
    stage.clock.pass(4 * HOUR + UNKNOWN_WAIT);
    expect(await stage.write('60', stage.loser, 4000)).toEqual(first);
  });
});
