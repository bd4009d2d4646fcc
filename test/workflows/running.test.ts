import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayDecision } from '../../src/activities/recompute-decision.js';
import { CONTROL_REFUSED, type Refusal } from '../../src/contract/messages.js';
import { normalUpperQuantile } from '../../src/domain/evidence/distributions.js';
import { nominalAlpha, spentFraction } from '../../src/domain/evidence/sequential.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

/** The refusal of a control. */
async function refusalOf(control: Promise<unknown>): Promise<Refusal> {
  const error = await control.then(
    (answer) => expect.fail(`not refused: ${JSON.stringify(answer)}`),
    (failure: unknown) => failure,
  );
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== CONTROL_REFUSED) throw error;
  return cause.details?.[0] as Refusal;
}

describe('a test that runs', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it('looks every 6 hours and ends with no winner at the horizon, after the last look', async () => {
    const experiment = await world.begin({
      id: 'no-winner',
      clickRates: [0.02, 0.02],
      policy: { horizonHours: 96 },
    });
    const ended = await world.until(experiment, ['no_winner'], 97);
    expect(ended.stateReason).toMatch(/planned 4 days are over with confidence 0\.\d+.* < 0\.950/);
    const looks = await world.store.listDecisions(experiment.id, { limit: 100, offset: 0 });
    const hours = looks.map((look) => (look.dueAt - experiment.startedAt) / HOUR_MS).sort((a, b) => a - b);
    expect(hours.at(-1)).toBe(96);
    expect(hours.slice(1, -1).every((hour, index) => Math.abs(hour - hours[index]! - 6) < 1e-9)).toBe(true);
    expect(await world.audit(experiment)).toEqual([]);
  });

  it('gives a test that is handed over late one look over all that counts, and every text says who declared it', async () => {
    const experiment = await world.begin({
      id: 'adopted',
      clickRates: [0.02, 0.027],
      policy: { horizonHours: 480 },
      delivered: { hours: 240, counted: true },
    });
    const told =
      /Counts delivery since .* UTC, before the handover: Ana declared that the test was planned so\./;
    const promoted = await world.until(experiment, ['rolling_out', 'verifying'], 2);
    expect(promoted.stateReason).toMatch(told);
    const [look, ...others] = await world.store.listDecisions(experiment.id, { limit: 100, offset: 0 });
    expect(others).toEqual([]);
    const { hours, bound, counts } = look!.pairs[0]!.evidence;
    expect(look!).toMatchObject({ lookNumber: 1, verdict: 'promote' });
    expect(hours).toBeGreaterThan(233);
    expect(hours).toBeLessThanOrEqual(240);
    expect(counts).toBe(true);
    // The bound of a first look that spends all of its time at once.
    const spent = nominalAlpha(0.95) * spentFraction(hours, 480);
    expect(bound).toBeCloseTo(normalUpperQuantile(spent / 2), 6);
    expect(look!.reasons[0]).toMatch(told);
    expect((await world.store.getPromotion(experiment.id))!.reason).toMatch(told);
    const { read } = (await world.state(experiment)).earlierDelivery!;
    // The look's cut-off is the last check before the handover.
    const { impressions } = look!.metrics.control!;
    expect(read!.totals.control!.impressions).toBeGreaterThanOrEqual(impressions);
    expect(impressions / read!.totals.control!.impressions).toBeGreaterThan(0.96);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('says who declared it in the reason of a promotion by force too, even before the first look', async () => {
    const experiment = await world.begin({
      id: 'adopted-forced',
      clickRates: [0.02, 0.034],
      delivered: { hours: 5, counted: true },
    });
    await world.control(experiment, 'promote');
    const { reason, stateReason, earlierDelivery } = await world.state(experiment);
    expect(reason.code).toMatch(/^(forced|phase_done)$/);
    expect(earlierDelivery!.read).not.toBeNull();
    const controls = await world.store.listControls(experiment.id);
    expect(controls.at(-1)).toMatchObject({ kind: 'promote', outcome: 'accepted' });
    const events = world.events.filter(({ experimentId }) => experimentId === experiment.id);
    expect([stateReason, ...events.map(({ text }) => text)].join('\n')).toMatch(
      /running -> rolling_out: Promoted by force by ana@example\.com: a test\. .*Counts delivery since .*: Ana declared/,
    );
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('uses nothing of the delivery before a handover that does not count, and imports it at the first check', async () => {
    const experiment = await world.begin({
      id: 'not-counted',
      clickRates: [0.02, 0.03],
      delivered: { hours: 240, counted: false },
    });
    await world.pass(8);
    const looks = await world.store.listDecisions(experiment.id, { limit: 100, offset: 0 });
    expect(looks.length).toBeLessThanOrEqual(2);
    const { read, declared } = (await world.state(experiment)).earlierDelivery!;
    expect(declared).toBeNull();
    expect(read!.totals.control!.impressions).toBeGreaterThan(20 * looks[0]!.metrics.control!.impressions);
    for (const look of looks) {
      expect(look.verdict).toBe('insufficient_data');
      expect(look.pairs[0]!.evidence.hours).toBeLessThanOrEqual(8);
      expect(look.reasons.join(' ')).not.toMatch(/handover/);
    }
    await world.control(experiment, 'stop');
  });

  it('runs longer if its rule has no horizon and a user asks for it, also in a pause', async () => {
    const experiment = await world.begin({
      id: 'extended',
      clickRates: [0.02, 0.02],
      policy: { rule: 'anytime', horizonHours: 48 },
    });
    await world.pass(40);
    const who = { by: 'bo', reason: 'a close race' };
    const answer = await world.control(experiment, 'extend', { ...who, horizonDays: 3 });
    expect(answer).toMatchObject({
      state: 'running',
      message: expect.stringMatching(/^The test is planned for 3 days in place of 2, until .* UTC\.$/),
    });
    await world.pass(10);
    expect((await world.store.latestDecision(experiment.id))?.verdict).toBe('continue_testing');
    await world.control(experiment, 'pause');
    await world.pass(24);
    await expect(world.control(experiment, 'extend', { ...who, horizonDays: 3 })).rejects.toThrow();
    await world.control(experiment, 'extend', { ...who, horizonDays: 4 });
    await world.control(experiment, 'resume');
    const ended = await world.until(experiment, ['no_winner'], 24);
    expect(ended.stateReason).toMatch(/planned 4 days are over/);
    const last = (await world.store.latestDecision(experiment.id))!;
    expect((last.dueAt - experiment.startedAt) / HOUR_MS).toBe(96);
    const horizons = ended.extensions!.map(({ horizonHours, by, reason }) => [horizonHours, by, reason]);
    expect(horizons).toEqual([
      [72, 'bo', 'a close race'],
      [96, 'bo', 'a close race'],
    ]);
    // Each look is computed again with the horizon that it had.
    for (let look = 1; look <= last.lookNumber; look++)
      expect((await replayDecision(world.store, experiment.id, look))?.differences).toEqual([]);
  });

  it('refuses a longer test if the rule has spent its error, and records the refusal', async () => {
    const experiment = await world.begin({ id: 'not-extended', clickRates: [0.02, 0.02] });
    const refusal = await refusalOf(
      world.control(experiment, 'extend', { by: 'bo', reason: 'a close race', horizonDays: 42 }),
    );
    expect(refusal.message).toBe(
      'This test was planned for 28 days. Looking longer than planned would raise the chance of a false winner above 5 %. Start a new test, or make it extendable when you start it.',
    );
    expect((await world.store.listControls(experiment.id)).at(-1)).toMatchObject({
      ...{ kind: 'extend', outcome: 'refused', by: 'bo', reason: 'a close race', message: refusal.message },
    });
    await expect(world.control(experiment, 'extend', { horizonDays: 91 })).rejects.toMatchObject({
      cause: { message: 'extend needs horizonDays: a whole number of days, at most 90' },
    });
    await world.control(experiment, 'stop');
  });

  it('has insufficient data before 24 hours and if there are hardly any clicks', async () => {
    const experiment = await world.begin({
      id: 'insufficient',
      clickRates: [0.001, 0.004],
      dailyBudget: 1_000,
    });
    await world.pass(20);
    const early = await world.store.latestDecision(experiment.id);
    expect(early?.verdict).toBe('insufficient_data');
    expect(early?.reasons.join(' ')).toMatch(/h of data < 24 h/);
    await world.pass(12);
    const later = await world.store.latestDecision(experiment.id);
    expect(later?.verdict).toBe('insufficient_data');
    expect(later?.reasons.join(' ')).toMatch(/control has \d+ link clicks < 25/);
    await world.control(experiment, 'stop');
  });

  it('does nothing while paused, even if a check is due, and continues with one look when resumed', async () => {
    const experiment = await world.begin({ id: 'paused', clickRates: [0.02, 0.034] });
    await world.pass(10);
    const before = (await world.store.latestDecision(experiment.id))!.lookNumber;
    expect((await world.control(experiment, 'pause')).state).toBe('paused');
    await world.pass(30);
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(before);
    expect(await world.audit(experiment)).toEqual([]);
    expect((await refusalOf(world.control(experiment, 'check'))).allowed).toEqual([
      'resume',
      'extend',
      'stop',
    ]);
    await world.control(experiment, 'resume');
    await world.until(experiment, ['rolling_out', 'verifying'], 2);
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(before + 1);
    const controls = await world.store.listControls(experiment.id);
    expect(controls.map((row) => [row.kind, row.by, row.outcome])).toEqual([
      ['pause', 'ana@example.com', 'accepted'],
      ['resume', 'ana@example.com', 'accepted'],
    ]);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('promotes the leader by force before the statistics would, and records who asked and why', async () => {
    const experiment = await world.begin({ id: 'forced', clickRates: [0.02, 0.034] });
    await world.pass(5);
    const answer = await world.control(experiment, 'promote', { reason: 'the offer ends tomorrow' });
    expect(answer.state).toBe('rolling_out');
    expect(await world.budgets(experiment)).toEqual([16_000, 24_000]);
    const promotion = await world.store.getPromotion(experiment.id);
    expect(promotion).toMatchObject({
      forced: true,
      by: 'ana@example.com',
      reason: 'the offer ends tomorrow',
    });
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('refuses a forced promotion without a reason, or if no ad has enough data to lead', async () => {
    const experiment = await world.begin({ id: 'unforced', clickRates: [0.02, 0.034] });
    expect((await refusalOf(world.control(experiment, 'promote'))).message).toMatch(/No ad leads/);
    await expect(world.control(experiment, 'promote', { reason: ' ' })).rejects.toMatchObject({
      cause: { type: 'InvalidControl', message: expect.stringMatching(/promote needs reason/) },
    });
    await world.control(experiment, 'stop');
    expect((await refusalOf(world.control(experiment, 'stop'))).message).toMatch(/has ended: stopped/);
  });

  it('asks for approval if the policy requires it, promotes when approved, and moves nothing before', async () => {
    const experiment = await world.begin({
      id: 'approved',
      clickRates: [0.02, 0.034],
      policy: { approvalRequired: true },
    });
    await world.until(experiment, ['awaiting_approval'], 60);
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'approve');
    expect(await world.budgets(experiment)).toEqual([16_000, 24_000]);
    expect((await world.store.getPromotion(experiment.id))!.by).toBe('ana@example.com');
    expect((await world.state(experiment)).stateReason).toMatch(
      /^Approved by ana@example\.com: a test\. The last look said: challenger wins: confidence [01]\.\d+ ≥ 0\.950/,
    );
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('lets a requested approval lapse after 72 hours, and the test continues', async () => {
    const experiment = await world.begin({
      id: 'lapsed',
      clickRates: [0.02, 0.034],
      policy: { approvalRequired: true },
    });
    const asked = await world.until(experiment, ['awaiting_approval'], 60);
    const number = (await world.store.latestDecision(experiment.id))!.lookNumber;
    await world.pass(71.9 - ((await world.clock.now()) - asked.stateChangedAt) / HOUR_MS);
    expect((await world.state(experiment)).state).toBe('awaiting_approval');
    await world.pass(7);
    expect(
      world.events
        .filter((event) => event.experimentId === experiment.id)
        .map((event) => event.text)
        .join('\n'),
    ).toMatch(/awaiting_approval -> running: Nobody approved within 72 h/);
    // The next look finds the winner again and asks again.
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBeGreaterThan(number);
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('decides nothing while Meta does not answer, says so, and tries again', async () => {
    const experiment = await world.begin({ id: 'no-answer', clickRates: [0.02, 0.034] });
    await world.pass(7);
    const before = (await world.store.latestDecision(experiment.id))!.lookNumber;
    await world.market.order({ kind: 'server_error', method: 'GET', times: null });
    expect((await refusalOf(world.control(experiment, 'check'))).message).toMatch(/check failed/i);
    expect((await world.status(experiment)).trouble).toMatch(/nothing is decided/i);
    expect((await world.state(experiment)).state).toBe('running');
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(before);
    await world.market.withdraw();
    await world.pass(6);
    expect((await world.status(experiment)).trouble).toBeNull();
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(before + 1);
    await world.control(experiment, 'stop');
  });
});
