import { afterEach, describe, expect, it } from 'vitest';
import { createExperimentActivities } from '../../src/activities/experiments.js';
import { createSummaryActivities } from '../../src/activities/summaries.js';
import type { Transition } from '../../src/clients/postgres/types.js';
import { localText } from '../../src/domain/calendar.js';
import { percent } from '../../src/domain/percent.js';
import { learnPrior } from '../../src/domain/reporting/prior.js';
import { shrunkLift } from '../../src/domain/reporting/shrinkage.js';
import { pausedHold } from '../../src/domain/rollout/hold.js';
import { failureOf, GROUNDS, HOUR, START, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

function transition(changes: Partial<Transition>): Transition {
  return {
    experimentId: 'exp',
    from: 'running',
    to: 'paused',
    reason: { code: 'recorded', detail: 'a person' },
    at: START,
    ...changes,
  };
}

describe('the record of an experiment', () => {
  it('is loaded with its promotion and its last decision', async () => {
    const stage = await stages.open();
    const { loadExperiment } = createExperimentActivities(stage.deps);
    expect(await loadExperiment('exp')).toEqual({
      experiment: stage.experiment,
      promotion: null,
      lastDecision: null,
      lastVerificationAt: null,
    });
    await stage.promote();
    const decision = await stage.looks.look({
      experimentId: 'exp',
      lookNumber: 1,
      dueAt: START,
      askedBy: 'schedule',
    });
    expect(await loadExperiment('exp')).toMatchObject({
      promotion: { winnerVariantId: 'challenger-1' },
      lastDecision: decision,
    });
  });

  it('fails permanently if there is none', async () => {
    const stage = await stages.open();
    const { loadExperiment } = createExperimentActivities(stage.deps);
    expect(await failureOf(loadExperiment('other'))).toMatchObject({
      type: 'UnknownExperiment',
      nonRetryable: true,
    });
  });

  it('changes its state once, and announces it', async () => {
    const stage = await stages.open();
    const activities = createExperimentActivities(stage.deps);
    expect(await activities.transition(transition({}))).toMatchObject({
      ok: true,
      experiment: { state: 'paused' },
    });
    expect(
      await activities.transition(transition({ reason: { code: 'recorded', detail: 'another person' } })),
    ).toMatchObject({
      ok: false,
      experiment: { state: 'paused', reason: { code: 'recorded', detail: 'a person' } },
    });
    expect(stage.events.map((event) => event.text)).toEqual(['running -> paused: a person']);
  });

  it('of a completed experiment cannot be reopened if its ad sets are leased again', async () => {
    const stage = await stages.open();
    const activities = createExperimentActivities(stage.deps);
    await activities.transition(transition({ to: 'completed' }));
    await stage.store.createExperiment({ ...stage.experiment, id: 'next', startedAt: START + HOUR });
    const reopening = activities.transition(transition({ from: 'completed', to: 'reverting' }));
    const failure = await failureOf(reopening);
    expect(failure).toMatchObject({ type: 'AdSetLeased', nonRetryable: true });
    expect(failure.message).toContain('next');
  });

  it('keeps each control once, with its outcome', async () => {
    const stage = await stages.open();
    const activities = createExperimentActivities(stage.deps);
    const row = {
      controlId: 'c1',
      experimentId: 'exp',
      kind: 'pause',
      by: 'ana@example.com',
      reason: 'a sale',
      at: START,
      outcome: 'accepted' as const,
      message: 'Checks are paused.',
    };
    await activities.recordControl(row);
    await activities.recordControl({ ...row, message: 'again' });
    expect(await stage.store.listControls('exp')).toEqual([row]);
    await activities.announceTrouble('exp', 'Meta does not answer.');
    expect(stage.events.map(({ kind, text }) => [kind, text])).toContainEqual([
      'trouble',
      'Meta does not answer.',
    ]);
    expect(stage.events[0]?.text).toBe('pause by ana@example.com (a sale): Checks are paused.');
  });
});

describe('the summary', () => {
  it('counts promotions of the day before, running tests, and those that wait for a user', async () => {
    const stage = await stages.open({ account: { timezone: 'UTC' } });
    const { summarise } = createSummaryActivities(stage.deps);
    const day = (ago: number) => new Date(stage.clock.instant - ago * 24 * HOUR).toISOString().slice(0, 10);
    const now = () => localText(stage.clock.instant, 'UTC');
    expect(await summarise(24)).toBe(
      `${day(1)} (UTC): 0 promotions; as of ${now()}: 1 test running; nobody must act`,
    );
    await stage.promotions.openPromotion('exp', { ...GROUNDS, theta: Math.log(1.25) });
    await stage.store.transition(transition({ to: 'rolling_out' }));
    await stage.store.completePhase('exp', '60', stage.clock.instant);
    await stage.store.transition(transition({ from: 'rolling_out', to: 'held' }));
    expect(await summarise(24)).toMatch(/: 0 promotions;/);
    stage.clock.pass(24 * HOUR);
    const effect = { theta: Math.log(1.25), se: GROUNDS.se };
    const believed = percent(shrunkLift(effect, learnPrior([effect])));
    const opened = () =>
      `${day(1)} (UTC): 1 promotion (Hooks: “ad 1” (challenger-1) ${believed} believed, +25.0 % measured when promoted (rolling out)); 1 test started (Hooks); as of ${now()}: 0 tests running; someone must act on 1 test (Hooks). Only 1 test has a result (a promoted ad, or no winner), fewer than 10: how far the lifts are shrunk comes mostly from a default, not from these tests.`;
    expect(await summarise(24)).toBe(opened());
    stage.clock.pass(24 * HOUR);
    expect(await summarise(24)).toMatch(/: 0 promotions;/);
    await stage.store.setPromotionStatus('exp', 'completed');
    expect(await summarise(7 * 24)).toMatch(
      `${day(7)} to ${day(1)} (UTC): 1 promotion (Hooks: “ad 1” (challenger-1) ${believed} believed, +25.0 % measured when promoted (rolled out)); `,
    );
    expect(stage.events.at(-1)).toMatchObject({
      kind: 'report',
      experimentId: null,
      at: stage.clock.instant,
    });
  });

  it('counts a promotion once: on the day of its first write, not when an opening was withdrawn', async () => {
    const stage = await stages.open({ account: { timezone: 'UTC' } });
    const { summarise } = createSummaryActivities(stage.deps);
    const grounds = { ...GROUNDS, forced: true };
    const promotions = async (hours: number) => /: (\d) promotions?\b/.exec(await summarise(hours))![1];
    await stage.promotions.openPromotion('exp', grounds);
    stage.clock.pass(24 * HOUR);
    // The report of the first opening's day: no budget has moved.
    expect(await promotions(24)).toBe('0');
    expect(await stage.promotions.withdrawPromotion('exp')).toBe(true);
    stage.clock.pass(48 * HOUR);
    await stage.promotions.openPromotion('exp', grounds);
    stage.clock.pass(20 * HOUR);
    const written = stage.clock.instant;
    await stage.store.completePhase('exp', '60', written);
    const dailies = [];
    for (let day = 0; day < 3; day++) {
      dailies.push(await promotions(24));
      stage.clock.pass(24 * HOUR);
    }
    expect(dailies.filter((count) => count === '1')).toHaveLength(1);
    expect(await promotions(7 * 24)).toBe('1');
    const [weekly] = await stage.store.listReports({ kind: 'weekly', limit: 1, offset: 0 });
    expect(weekly!.content.promotions).toMatchObject([{ promotedAt: written, forced: true }]);
  });

  it('names what someone must act on by the rule of the list: a freeze needs nobody', async () => {
    const stage = await stages.open({ account: { timezone: 'UTC' } });
    const { summarise } = createSummaryActivities(stage.deps);
    const freeze = { ...pausedHold(null, stage.clock.instant), code: 'freeze' as const, endsItself: true };
    await stage.store.transition(transition({ to: 'rolling_out' }));
    await stage.store.transition(transition({ from: 'rolling_out', to: 'held', hold: freeze }));
    expect(await summarise(24)).toContain('0 tests running; nobody must act');
    await stage.store.keepHold('exp', { ...freeze, code: 'kill_switch', endsItself: false });
    const engaged = { engaged: true, by: 'maria', reason: 'wrong prices', at: stage.clock.instant };
    await stage.store.setKillSwitch(engaged);
    await stage.store.setKillSwitch({ ...engaged, engaged: false, reason: 'mended' });
    stage.clock.pass(24 * HOUR);
    const text = await summarise(24);
    expect(text).toContain('; kill switch engaged, then released; as of ');
    expect(text).toContain('someone must act on 1 test (Hooks)');
    const [daily] = await stage.store.listReports({ limit: 1, offset: 0 });
    expect(daily!.content.waiting[0]!.reason).toContain('was released by maria: mended.');
    expect(daily!.content.killSwitch).toMatchObject([{ engaged: true }, { engaged: false, by: 'maria' }]);
  });

  it.each([
    ['America/New_York', '2026-11-22', '2026-11-23'],
    ['Asia/Tokyo', '2026-11-23', '2026-11-24'],
  ])('follows the account’s days, in %s', async (timezone, before, day) => {
    const stage = await stages.open({ account: { timezone } });
    const { summarise } = createSummaryActivities(stage.deps);
    // 23 November, 22:00 in London: 17:00 in New York, in Tokyo the next day.
    stage.clock.pass(Date.UTC(2026, 10, 23, 22) - stage.clock.instant);
    await stage.promotions.openPromotion('exp', { ...GROUNDS, theta: Math.log(1.25) });
    await stage.store.completePhase('exp', '60', stage.clock.instant);
    expect(await summarise(24)).toMatch(`${before} (${timezone}): 0 promotions;`);
    stage.clock.pass(24 * HOUR);
    expect(await summarise(24)).toMatch(`${day} (${timezone}): 1 promotion (`);
  });

  it('is in UTC, and says so, while Meta does not answer', async () => {
    const stage = await stages.open({ account: { timezone: 'Asia/Tokyo' } });
    const meta = { getAccount: () => Promise.reject(new Error('away')) };
    expect(await createSummaryActivities({ ...stage.deps, meta }).summarise(24)).toMatch(
      /^2026-\d\d-\d\d \(UTC\): /,
    );
  });

  it('counts rollouts in shadow separately', async () => {
    const stage = await stages.open({ writesAllowed: false, account: { timezone: 'UTC' } });
    await stage.promotions.openPromotion('exp', { ...GROUNDS, theta: Math.log(1.25) });
    await stage.store.completePhase('exp', '60', stage.clock.instant);
    stage.clock.pass(24 * HOUR);
    expect(await createSummaryActivities(stage.deps).summarise(24)).toMatch(
      / \(UTC\): 0 promotions; 1 in shadow, nothing written \(Hooks: “ad 1” \(challenger-1\) \+\d\.\d % believed, \+25\.0 % measured when promoted\); 1 test started \(Hooks\); as of \w{3} \d+ \w{3} 00:00: 1 test running; nobody must act\. Only 1 test has a result/,
    );
  });
});
