import { afterEach, describe, expect, it } from 'vitest';
import { type Stage, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

/** Meta counts yen in whole units: a budget of 5000 is JPY 5000, and an envelope of 1500 is JPY 1500. */
function open(options: StageOptions): Promise<Stage> {
  return stages.open({ account: { currency: 'JPY', minDailyBudget: 100 }, ...options });
}

describe('an account in yen', () => {
  it('has an envelope in yen: at the gate, and at the write', async () => {
    const stage = await (await open({ accountEnvelope: 1500 })).promote();
    expect((await stage.gate('60')).kind).toBe('done');
    await stage.write('60', stage.loser, 4000);
    expect(await stage.write('60', stage.winner, 6000)).toMatchObject({ kind: 'done' });
    const said =
      "The account's envelope is JPY 1500 a day; JPY 1000 have been moved today and this phase needs JPY 1000 more: JPY 2000 > JPY 1500. It goes on at 2026-11-24 00:00 UTC.";
    expect(await stage.gate('70')).toMatchObject({ code: 'envelope', reason: said });
    await stage.write('70', stage.loser, 3000);
    expect(await stage.write('70', stage.winner, 7000)).toMatchObject({
      kind: 'wait',
      code: 'envelope',
      reason: said,
    });
    expect(await stage.amounts()).toEqual([3000, 6000]);
  });

  it('can use the whole envelope, and not a yen more', async () => {
    const stage = await (await open({ accountEnvelope: 1000 })).promote();
    await stage.write('60', stage.loser, 4000);
    expect(await stage.write('60', stage.winner, 6000)).toMatchObject({ kind: 'done' });
    await stage.write('70', stage.loser, 3000);
    expect(await stage.write('70', stage.winner, 6001)).toMatchObject({ kind: 'wait', code: 'envelope' });
  });

  it('is refused a rollout if one phase alone exceeds the envelope', async () => {
    const stage = await open({ accountEnvelope: 999 });
    await expect(stage.promote()).rejects.toThrow(
      "Phase 60 raises the winner by JPY 1000 > JPY 999, the account's envelope per day (ACCOUNT_ENVELOPE).",
    );
  });

  it('reads its amounts in whole yen', async () => {
    const stage = await (await open({ policy: { atRiskLimit: 999 } })).promote();
    expect((await stage.gate('60')).reason).toBe(
      "At risk: up to JPY 1000 a day, which is all that is moved, since the effect is not known yet. The policy's limit is JPY 999 a day; resume to accept it.",
    );
    await stage.market.edit(stage.loser, { daily_budget: 5100 });
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({
      kind: 'person',
      code: 'foreign',
      retryAfterMs: null,
      reason: expect.stringMatching(/stands at JPY 5100, but JPY 5000 was expected\.$/),
    });
  });
});
