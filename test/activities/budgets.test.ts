import { afterEach, describe, expect, it } from 'vitest';
import { REVERT, unknownOutcome, WRITES_OFF } from '../../src/activities/budget-attempt.js';
import { createBudgetActivities } from '../../src/activities/budgets.js';
import { type MetaClient, MetaError } from '../../src/clients/meta/types.js';
import type { Store } from '../../src/clients/postgres/types.js';
import type { FaultKind, FaultOrder } from '../../src/sandbox/meta-simulator/index.js';
import { failureOf, HOUR, MINUTE, START, type Stage, UNKNOWN_WAIT, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const promoted = async () => (await stages.open()).promote();

/** A fault for the next write of the ad set. */
function faulty(stage: Stage, adSetId: string, fault: Partial<FaultOrder> & { kind: FaultKind }) {
  return stage.market.order({ objectId: adSetId, method: 'POST', ...fault });
}

describe('a successful write', () => {
  it('is entered, sent, read back and announced', async () => {
    const stage = await promoted();
    expect(await stage.write('60', stage.loser, 4000)).toEqual({ kind: 'done', at: START });
    expect(await stage.amounts()).toEqual([4000, 5000]);
    expect(await stage.ledger()).toEqual([
      {
        sequence: 1,
        experimentId: 'exp',
        adSetId: stage.loser,
        phase: '60',
        before: 5000,
        intended: 4000,
        readBack: 4000,
        outcome: 'applied',
        error: null,
        at: START,
        settledAt: START,
        atRisk: 1000,
        errorKind: null,
        compensates: null,
      },
    ]);
    expect(stage.events.map((event) => [event.kind, event.text])).toEqual([
      ['write', `phase 60: ad set ${stage.loser} USD 50.00 -> USD 40.00: applied`],
    ]);
    await stage.expectBooksToAgree();
  });

  it('is sent once, however often it is requested', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    stage.clock.pass(MINUTE);
    expect(await stage.write('60', stage.loser, 4000)).toEqual({ kind: 'done', at: START + MINUTE });
    expect(await stage.market.audit()).toHaveLength(1);
    expect(await stage.ledger()).toHaveLength(1);
  });

  it('is sent once if it is requested twice at the same time', async () => {
    const stage = await promoted();
    const both = await Promise.allSettled([
      stage.write('60', stage.loser, 4000),
      stage.write('60', stage.loser, 4000),
    ]);
    expect(both.map((one) => one.status)).toContain('fulfilled');
    expect(await stage.market.audit()).toHaveLength(1);
    await stage.expectBooksToAgree();
  });

  it('is not read again when its phase is complete', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await stage.write('60', stage.winner, 6000);
    const request = { experimentId: 'exp', phase: '60', readBackAt: START + 7, last: false };
    expect(await stage.budgets.completePhase(request)).toBe(START + 7);
    await stage.market.edit(stage.loser, { daily_budget: 9_999 });
    expect(await stage.write('60', stage.loser, 4000)).toEqual({ kind: 'done', at: START + 7 });
    expect(await stage.amounts()).toEqual([9_999, 6000]);
  });
});

describe('the write of a killed worker', () => {
  const pending = (stage: Stage) =>
    stage.store.enterAttempt({
      experimentId: 'exp',
      adSetId: stage.loser,
      phase: '60',
      before: 5000,
      intended: 4000,
      at: stage.clock.instant,
      compensates: null,
    });

  it('before its call: the outcome is unknown until the wait is over; then it reads, and writes', async () => {
    const stage = await promoted();
    await pending(stage);
    expect(await stage.write('60', stage.loser, 4000)).toEqual(unknownOutcome(UNKNOWN_WAIT));
    stage.clock.pass(UNKNOWN_WAIT - 1);
    expect(await stage.write('60', stage.loser, 4000)).toEqual(unknownOutcome(1));
    expect(await stage.market.audit()).toEqual([]);
    stage.clock.pass(1);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    expect(await stage.outcomes()).toEqual(['unknown', 'applied']);
    await stage.expectBooksToAgree();
  });

  it('before its call: the wait is not repeated', async () => {
    const stage = await promoted();
    await pending(stage);
    stage.clock.pass(UNKNOWN_WAIT);
    await stage.write('60', stage.loser, 4000);
    expect((await stage.write('60', stage.winner, 6000)).kind).toBe('done');
    expect(await stage.outcomes()).toEqual(['unknown', 'applied', 'applied']);
  });

  it('after its call: the value is found and not written again', async () => {
    const stage = await promoted();
    await pending(stage);
    await stage.meta.writeDailyBudget(stage.loser, 4000);
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    expect(await stage.ledger()).toMatchObject([{ outcome: 'applied', readBack: 4000, error: null }]);
    await stage.expectBooksToAgree();
  });

  it('delays the other ad set as well', async () => {
    const stage = await promoted();
    await pending(stage);
    expect(await stage.write('60', stage.winner, 6000)).toEqual(unknownOutcome(UNKNOWN_WAIT));
  });
});

describe('an attempt of unknown outcome', () => {
  it.each<FaultKind>(['lost_request', 'server_error', 'html', 'hang'])(
    'is written again after the wait if %s kept it from Meta',
    async (kind) => {
      const stage = await promoted();
      await faulty(stage, stage.loser, { kind });
      expect(await stage.write('60', stage.loser, 4000)).toEqual(unknownOutcome(UNKNOWN_WAIT));
      expect(await stage.ledger()).toMatchObject([
        { outcome: 'unknown', readBack: null, error: expect.stringMatching(`POST .*${stage.loser}: .`) },
      ]);
      expect(await stage.amounts()).toEqual([5000, 5000]);
      stage.clock.pass(UNKNOWN_WAIT);
      expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
      expect(await stage.outcomes()).toEqual(['unknown', 'applied']);
      await stage.expectBooksToAgree();
    },
  );

  it('keeps its outcome if a later attempt set the same value', async () => {
    const stage = await promoted();
    await faulty(stage, stage.loser, { kind: 'lost_request' });
    await stage.write('60', stage.loser, 4000);
    stage.clock.pass(UNKNOWN_WAIT);
    await stage.write('60', stage.loser, 4000);
    await stage.write('60', stage.winner, 6000);
    expect(await stage.outcomes()).toEqual(['unknown', 'applied', 'applied']);
    await stage.expectBooksToAgree();
  });

  it('is found to be applied if only the answer was lost, and is not sent again', async () => {
    const stage = await promoted();
    await faulty(stage, stage.loser, { kind: 'applied_then_reset' });
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({ code: 'unknown_outcome' });
    expect(await stage.amounts()).toEqual([4000, 5000]);
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    expect(await stage.ledger()).toMatchObject([
      { outcome: 'applied', readBack: 4000, settledAt: START + UNKNOWN_WAIT },
    ]);
    expect(await stage.market.audit()).toHaveLength(1);
    await stage.expectBooksToAgree();
  });

  it('that takes effect within the wait is not sent again', async () => {
    const stage = await promoted();
    await faulty(stage, stage.loser, { kind: 'late_apply', delayMs: 2 * MINUTE });
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({ code: 'unknown_outcome' });
    expect(await stage.amounts()).toEqual([5000, 5000]);
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    expect(await stage.market.audit()).toHaveLength(1);
    await stage.expectBooksToAgree();
  });

  it('that takes effect long after its successor changes nothing', async () => {
    const stage = await promoted();
    await faulty(stage, stage.loser, { kind: 'late_apply', delayMs: 30 * MINUTE });
    await stage.write('60', stage.loser, 4000);
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    stage.clock.pass(30 * MINUTE);
    expect((await stage.write('60', stage.winner, 6000)).kind).toBe('done');
    expect(await stage.amounts()).toEqual([4000, 6000]);
    expect(await stage.market.audit()).toHaveLength(3);
  });

  it('that takes effect after the revert is known as ours and reverted', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await faulty(stage, stage.winner, { kind: 'late_apply', delayMs: 30 * MINUTE });
    await stage.write('60', stage.winner, 6000);
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.revert(stage.winner, 5000)).kind).toBe('done');
    expect((await stage.revert(stage.loser, 5000)).kind).toBe('done');
    expect(await stage.amounts()).toEqual([5000, 5000]);
    stage.clock.pass(30 * MINUTE);
    expect(await stage.amounts()).toEqual([5000, 6000]);
    expect(await stage.budgets.readBudgets('exp')).toMatchObject({ foreign: [] });
    expect((await stage.revert(stage.winner, 5000)).kind).toBe('done');
    expect(await stage.amounts()).toEqual([5000, 5000]);
    expect((await stage.ledger()).at(-1)).toMatchObject({ phase: REVERT, compensates: 2, before: 6000 });
  });

  it('includes an acknowledged write that never shows', async () => {
    const stage = await promoted();
    const deaf = { ...stage.meta, writeDailyBudget: async () => {} };
    const activities = createBudgetActivities({ ...stage.deps, meta: deaf });
    expect(await stage.write('60', stage.loser, 4000, activities)).toEqual(unknownOutcome(UNKNOWN_WAIT));
    expect(await stage.ledger()).toMatchObject([
      { outcome: 'unknown', error: 'Acknowledged, but it does not show yet.' },
    ]);
  });

  it('includes a write whose read-back failed: nothing is sent before the wait is over', async () => {
    const stage = await promoted();
    await stage.market.order({ kind: 'server_error', objectId: stage.loser, method: 'GET', skip: 1 });
    expect(await stage.write('60', stage.loser, 4000)).toEqual(unknownOutcome(UNKNOWN_WAIT));
    expect(await stage.ledger()).toMatchObject([
      { outcome: 'unknown', error: expect.stringMatching('^Acknowledged, but not read back: GET ') },
    ]);
    expect(await stage.write('60', stage.loser, 4000)).toEqual(unknownOutcome(UNKNOWN_WAIT));
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    expect(await stage.market.audit()).toHaveLength(1);
    await stage.expectBooksToAgree();
  });
});

describe('an attempt that comes too late to be sent', () => {
  it('is not sent, because another attempt may have started', async () => {
    const stage = await promoted();
    const store: Store = {
      ...stage.store,
      async enterAttempt(row) {
        const entered = await stage.store.enterAttempt(row);
        stage.clock.pass(UNKNOWN_WAIT);
        return entered;
      },
    };
    const activities = createBudgetActivities({ ...stage.deps, store });
    expect(await stage.write('60', stage.loser, 4000, activities)).toEqual(unknownOutcome(UNKNOWN_WAIT));
    expect(await stage.market.audit()).toEqual([]);
    expect(await stage.ledger()).toMatchObject([
      { outcome: 'not_sent', error: 'Too long after it was entered.' },
    ]);
  });

  it('is not sent if the decision lapses first and none of its budgets was written', async () => {
    const stage = await promoted();
    const { openedAt } = (await stage.store.getPromotion(stage.experiment.id))!;
    const left = openedAt + stage.experiment.policy.checkEveryHours * HOUR - (await stage.clock.now());
    stage.clock.pass(left - 1_000);
    const slow: Store = {
      ...stage.store,
      async enterAttempt(row) {
        const entered = await stage.store.enterAttempt(row);
        stage.clock.pass(1_000);
        return entered;
      },
    };
    const late = createBudgetActivities({ ...stage.deps, store: slow });
    expect(await stage.write('60', stage.loser, 4000, late)).toEqual({
      kind: 'wait',
      code: 'too_old',
      retryAfterMs: 0,
      reason: 'Its decision is older than a check interval.',
    });
    expect(await stage.market.audit()).toEqual([]);
    expect(await stage.ledger()).toMatchObject([{ outcome: 'not_sent' }]);
  });

  it('is not sent if its gate is an hour old, because the evidence may have changed', async () => {
    const stage = await promoted();
    await stage.gate('60');
    stage.clock.pass(12 * UNKNOWN_WAIT - 1_000);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    stage.clock.pass(1_000);
    expect(await stage.write('60', stage.winner, 6000)).toMatchObject({
      kind: 'wait',
      code: 'too_old',
      reason: expect.stringMatching(/^Its gate of \S+ \S+ UTC is too old; it is evaluated again\.$/),
    });
    await stage.gate('60');
    expect((await stage.write('60', stage.winner, 6000)).kind).toBe('done');
    expect(await stage.market.audit()).toHaveLength(2);
  });

  it('is sent if an earlier write of the promotion was', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    stage.clock.pass(stage.experiment.policy.checkEveryHours * HOUR);
    expect((await stage.write('60', stage.winner, 6000)).kind).toBe('done');
  });

  it('is not sent if reading the kill switch took too long', async () => {
    const stage = await promoted();
    const store: Store = {
      ...stage.store,
      async killSwitch() {
        const known = await stage.store.killSwitch();
        const ledger = await stage.ledger();
        if (ledger.some(({ outcome }) => outcome === 'pending')) stage.clock.pass(UNKNOWN_WAIT);
        return known;
      },
    };
    const activities = createBudgetActivities({ ...stage.deps, store });
    expect(await stage.write('60', stage.loser, 4000, activities)).toMatchObject({ code: 'unknown_outcome' });
    expect(await stage.market.audit()).toEqual([]);
    expect(await stage.ledger()).toMatchObject([
      { outcome: 'not_sent', error: 'Too long after it was entered.' },
    ]);
  });
});

describe('a kill switch engaged after the write was decided on', () => {
  const engagedAtEntry = (stage: Stage): Store => ({
    ...stage.store,
    async enterAttempt(row) {
      const entered = await stage.store.enterAttempt(row);
      await stage.store.setKillSwitch({ engaged: true, by: 'ana', reason: 'odd', at: stage.clock.instant });
      return entered;
    },
  });

  it('keeps a phase from sending it', async () => {
    const stage = await promoted();
    const activities = createBudgetActivities({ ...stage.deps, store: engagedAtEntry(stage) });
    expect(await stage.write('60', stage.loser, 4000, activities)).toMatchObject({
      kind: 'person',
      code: 'kill_switch',
    });
    expect(await stage.market.audit()).toEqual([]);
    expect(await stage.ledger()).toMatchObject([
      {
        outcome: 'not_sent',
        error: "The account's kill switch is engaged by ana: odd.",
      },
    ]);
  });

  it('does not stop a revert', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await stage.become('reverting');
    const activities = createBudgetActivities({ ...stage.deps, store: engagedAtEntry(stage) });
    expect((await stage.write('revert', stage.loser, 5000, activities)).kind).toBe('done');
  });
});

describe('a foreign value', () => {
  it('is reported with the actor whom the log names in addition to our own writes', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await stage.write('60', stage.winner, 6000);
    stage.clock.pass(HOUR);
    await stage.write('70', stage.loser, 3000);
    stage.clock.pass(HOUR);
    // Someone sets an amount that was once ours.
    await stage.market.edit(stage.loser, { daily_budget: 4000 }, 'Bo of the agency');
    expect(await stage.write('80', stage.loser, 2000)).toMatchObject({
      kind: 'person',
      code: 'foreign',
      retryAfterMs: null,
      reason: expect.stringMatching(/^Bo of the agency changed a budget: .* stands at USD 40\.00/),
    });
  });

  it.each(['loser', 'winner'] as const)('on the %s stops a rollout', async (which) => {
    const stage = await promoted();
    await stage.market.edit(stage[which], { daily_budget: 5100 });
    expect(await stage.write('60', stage.loser, 4000)).toEqual({
      kind: 'person',
      code: 'foreign',
      retryAfterMs: null,
      reason: `Ads Manager user changed a budget: “${which === 'winner' ? 'ad 1' : 'ad 0'}” stands at USD 51.00, but USD 50.00 was expected.`,
      amounts: { [stage[which]]: 5100 },
    });
    expect(await stage.ledger()).toEqual([]);
  });

  it('may be one that was ours before the last read-back', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await stage.market.edit(stage.loser, { daily_budget: 5000 });
    const outcome = await stage.write('60', stage.winner, 6000);
    expect(outcome).toMatchObject({
      kind: 'person',
      code: 'foreign',
      retryAfterMs: null,
      reason: expect.stringContaining('but USD 40.00 was'),
    });
    expect(await stage.budgets.readBudgets('exp')).toMatchObject({
      current: { [stage.loser]: 5000, [stage.winner]: 5000 },
      base: { [stage.loser]: 5000, [stage.winner]: 5000 },
      foreign: [],
      unexpected: [stage.loser],
      at: START,
    });
  });

  it('is left alone by a revert, which still restores the other ad set', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await stage.write('60', stage.winner, 6000);
    await stage.market.edit(stage.winner, { daily_budget: 5500 });
    expect(await stage.revert(stage.winner, 5000)).toMatchObject({ code: 'foreign' });
    expect(await stage.budgets.readBudgets('exp')).toMatchObject({ foreign: [stage.winner] });
    await stage.market.edit(stage.winner, { daily_budget: 4500 });
    expect((await stage.revert(stage.loser, 5000)).kind).toBe('done');
    expect(await stage.amounts()).toEqual([5000, 4500]);
  });
});

describe('a raise', () => {
  it('before its cut is not sent: it would raise the total', async () => {
    const stage = await promoted();
    expect(await stage.write('60', stage.winner, 6000)).toEqual({
      kind: 'person',
      code: 'unsafe',
      retryAfterMs: null,
      reason: `Setting ad set ${stage.winner} to USD 60.00 would raise the total from USD 100.00 to USD 110.00, above the USD 100.00 at the start.`,
    });
    expect(await stage.ledger()).toEqual([]);
    expect(await stage.market.audit()).toEqual([]);
  });
});

describe('a write that Meta refuses', () => {
  it('permanently is refused in the ledger and in the audit', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await faulty(stage, stage.winner, { kind: 'refuse', times: null });
    expect(await stage.write('60', stage.winner, 6000)).toMatchObject({
      kind: 'back',
      reason: expect.stringContaining('This ad set can not be changed'),
    });
    expect(await stage.outcomes()).toEqual(['applied', 'refused']);
    expect(await stage.amounts()).toEqual([4000, 5000]);
    await stage.expectBooksToAgree();
  });

  it('as below the minimum is refused', async () => {
    const stage = await promoted();
    expect((await stage.write('60', stage.loser, 99)).kind).toBe('back');
    expect((await stage.market.audit())[0]).toMatchObject({ subcode: 1_885_272 });
    await stage.expectBooksToAgree();
  });

  it.each<[string, Partial<FaultOrder> & { kind: FaultKind }, object]>([
    [
      'its rate limit, with its hint',
      { kind: 'rate_limit', delayMs: 7 * MINUTE },
      { kind: 'wait', code: 'rate', retryAfterMs: 7 * MINUTE },
    ],
    ['an expired token', { kind: 'expired_token' }, { kind: 'wait', code: 'auth', retryAfterMs: null }],
    [
      'the spend so far',
      { kind: 'refuse', code: 100, subcode: 1_885_650 },
      { kind: 'wait', code: 'not_yet', retryAfterMs: 15 * MINUTE },
    ],
    [
      'a missing permission',
      { kind: 'refuse', code: 200 },
      { kind: 'person', code: 'permission', retryAfterMs: null },
    ],
    ['its policy', { kind: 'refuse', code: 368 }, { kind: 'person', code: 'policy', retryAfterMs: null }],
    ['the version', { kind: 'refuse', code: 2635 }, { kind: 'person', code: 'version', retryAfterMs: null }],
  ])('because of %s is blocked, and succeeds later', async (_, fault, expected) => {
    const stage = await promoted();
    const id = await faulty(stage, stage.loser, fault);
    const outcome = await stage.write('60', stage.loser, 4000);
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toContain('token-of');
    expect(await stage.outcomes()).toEqual(['refused']);
    await stage.market.withdraw(id);
    stage.clock.pass(HOUR);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    expect(await stage.outcomes()).toEqual(['refused', 'applied']);
    await stage.expectBooksToAgree();
  });

  it('is not sent as the fourth change within an hour: that one is kept for a revert', async () => {
    const stage = await promoted();
    for (const target of [4000, 3000, 2000]) {
      expect((await stage.write('60', stage.loser, target)).kind).toBe('done');
      stage.clock.pass(MINUTE);
    }
    const held = { kind: 'wait', code: 'hour_limit', retryAfterMs: HOUR - 3 * MINUTE };
    expect(await stage.write('70', stage.loser, 1500)).toMatchObject({
      ...held,
      reason: expect.stringMatching(
        /has had 3 budget changes within the hour; .* It goes on at .* 01:00 UTC\.$/,
      ),
    });
    expect((await stage.revert(stage.loser, 5000)).kind).toBe('done');
    expect(await stage.write(REVERT, stage.loser, 4000)).toMatchObject({
      kind: 'wait',
      code: 'rate',
      retryAfterMs: HOUR,
    });
    stage.clock.pass(HOUR);
    expect((await stage.write(REVERT, stage.loser, 4000)).kind).toBe('done');
    await stage.expectBooksToAgree();
  });

  it("as below today's spend is tried again soon, and after that at the account's midnight", async () => {
    const stage = await promoted();
    await stage.market.order({
      kind: 'refuse',
      objectId: stage.loser,
      method: 'POST',
      code: 100,
      subcode: 1_885_650,
      times: 2,
    });
    const blocked = { kind: 'wait', code: 'not_yet' };
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({
      ...blocked,
      retryAfterMs: 15 * MINUTE,
    });
    stage.clock.pass(15 * MINUTE);
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({
      ...blocked,
      retryAfterMs: 24 * HOUR - 15 * MINUTE,
    });
    expect((await stage.ledger()).map((row) => row.errorKind)).toEqual(['not_yet', 'not_yet']);
  });
});

describe('before anything is sent', () => {
  it('a wait that Meta asked of the account meanwhile leaves an attempt that was not sent', async () => {
    const stage = await promoted();
    const details = { httpStatus: null, code: null, subcode: null, traceId: null, retryAfterMs: 5 * MINUTE };
    const meta: MetaClient = {
      ...stage.meta,
      writeDailyBudget: () =>
        Promise.reject(
          new MetaError('rate', 'Meta asks the account to wait.', {
            ...details,
            outcome: 'not_applied',
            notSent: true,
          }),
        ),
    };
    const activities = createBudgetActivities({ ...stage.deps, meta });
    expect(await stage.write('60', stage.loser, 4000, activities)).toMatchObject({
      kind: 'wait',
      code: 'rate',
      retryAfterMs: 5 * MINUTE,
    });
    expect(await stage.ledger()).toMatchObject([
      { outcome: 'not_sent', error: 'Meta asks the account to wait.', errorKind: 'rate' },
    ]);
    await stage.expectBooksToAgree();
    stage.clock.pass(5 * MINUTE);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
    await stage.expectBooksToAgree();
  });

  it('an expired token is an obstacle, and no attempt is entered', async () => {
    const stage = await promoted();
    await stage.market.order({ kind: 'expired_token' });
    expect(await stage.write('60', stage.loser, 4000)).toMatchObject({ kind: 'wait', code: 'auth' });
    expect(await stage.ledger()).toEqual([]);
    expect(await failureOf(stage.budgets.readBudgets('exp'))).toMatchObject({
      type: 'Meta.auth',
      nonRetryable: true,
      details: [{ kind: 'auth', retryAfterMs: null }],
    });
  });

  it('a transient fault is thrown, so that the activity is retried', async () => {
    const stage = await promoted();
    await stage.market.order({ kind: 'html', objectId: stage.winner, method: 'GET' });
    expect(await failureOf(stage.write('60', stage.loser, 4000))).toMatchObject({
      type: 'Meta.transient',
      nonRetryable: false,
    });
    expect(await stage.ledger()).toEqual([]);
    expect((await stage.write('60', stage.loser, 4000)).kind).toBe('done');
  });

  it('no budget is written while writes are off, whatever the plan says', async () => {
    const stage = await promoted();
    const activities = createBudgetActivities({ ...stage.deps, writesAllowed: false });
    expect(await stage.write('60', stage.loser, 4000, activities)).toEqual({
      kind: 'person',
      code: 'permission',
      retryAfterMs: null,
      reason: WRITES_OFF,
    });
    expect([await stage.ledger(), await stage.market.audit()]).toEqual([[], []]);
  });

  it.each(['held', 'reverting', 'stopped'] as const)(
    'a phase fails permanently if the record says %s',
    async (state) => {
      const stage = await promoted();
      await stage.become(state);
      expect(await failureOf(stage.write('60', stage.loser, 4000))).toMatchObject({
        type: 'RecordDisagrees',
        nonRetryable: true,
      });
      expect([await stage.ledger(), await stage.market.audit()]).toEqual([[], []]);
    },
  );

  it('a revert fails permanently while the record says that the rollout goes on', async () => {
    const stage = await promoted();
    expect(await failureOf(stage.write(REVERT, stage.loser, 5000))).toMatchObject({
      type: 'RecordDisagrees',
    });
  });

  it('an experiment without a promotion fails permanently', async () => {
    const stage = await stages.open();
    expect(await failureOf(stage.write('60', stage.loser, 4000))).toMatchObject({
      type: 'RecordDisagrees',
      nonRetryable: true,
    });
  });

  it('an ad set that lost its daily budget is not written to', async () => {
    const stage = await promoted();
    await stage.market.edit(stage.winner, { daily_budget: null, lifetime_budget: 90_000 });
    expect(await stage.write('60', stage.loser, 4000)).toEqual({
      kind: 'person',
      code: 'not_found',
      retryAfterMs: null,
      reason: `Ad set ${stage.winner} no longer has a daily budget.`,
    });
    expect(await stage.ledger()).toEqual([]);
  });
});

describe('in a revert', () => {
  it('a cut only needs to read its own ad set, a raise needs all of them', async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    await stage.write('60', stage.winner, 6000);
    const gone = { kind: 'refuse', code: 100, subcode: 33, method: 'GET', times: null } as const;
    await stage.market.order({ ...gone, objectId: stage.loser });
    expect((await stage.revert(stage.winner, 5000)).kind).toBe('done');
    expect(await stage.amounts()).toEqual([4000, 5000]);
    expect(await stage.budgets.readBudgets('exp', { partly: true })).toMatchObject({
      current: { [stage.winner]: 5000 },
      unreadable: [
        {
          adSetId: stage.loser,
          obstacle: {
            kind: 'person',
            code: 'not_found',
            reason: expect.stringMatching(/^Ad set \d+ could not be read: GET /),
          },
        },
      ],
      foreign: [],
      unexpected: [],
      late: [],
    });
    expect(await failureOf(stage.budgets.readBudgets('exp'))).toMatchObject({ type: 'Meta.not_found' });
    await stage.market.withdraw();
    await stage.market.order({ ...gone, objectId: stage.winner });
    expect(await stage.write(REVERT, stage.loser, 5000)).toMatchObject({
      kind: 'person',
      code: 'not_found',
    });
    expect(await stage.amounts()).toEqual([4000, 5000]);
    await stage.market.order({ ...gone, objectId: stage.loser });
    const neither = stage.budgets.readBudgets('exp', { partly: true });
    expect(await failureOf(neither)).toMatchObject({ type: 'Meta.not_found' });
    await stage.expectBooksToAgree();
  });
});

describe('phases', () => {
  it('keep the first read-back instant; the last one completes the promotion', async () => {
    const stage = await promoted();
    const complete = (phase: string, readBackAt: number, last: boolean) =>
      stage.budgets.completePhase({ experimentId: 'exp', phase, readBackAt, last });
    expect(await complete('60', START + 5, false)).toBe(START + 5);
    expect(await complete('60', START + 9, false)).toBe(START + 5);
    expect((await stage.store.getPromotion('exp'))?.status).toBe('in_progress');
    await complete('80', START + 20, true);
    expect(await stage.store.getPromotion('exp')).toMatchObject({
      status: 'completed',
      phasesDone: { '60': START + 5, '80': START + 20 },
    });
    expect(stage.events[0]).toEqual({
      at: START + 5,
      kind: 'phase',
      experimentId: 'exp',
      text: 'phase 60: challenger-1 has USD 60.00 of USD 100.00 a day',
    });
    await stage.budgets.setPromotionStatus('exp', 'reverted');
    expect((await stage.store.getPromotion('exp'))?.status).toBe('reverted');
  });

  it('in shadow are complete without an announcement: the gate has announced what would be written', async () => {
    const stage = await (await stages.open({ writesAllowed: false })).promote();
    const request = { experimentId: 'exp', phase: '60', readBackAt: START + 5, last: false };
    expect(await stage.budgets.completePhase(request)).toBe(START + 5);
    expect(stage.events).toEqual([]);
  });
});
