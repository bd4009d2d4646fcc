import { afterEach, describe, expect, it } from 'vitest';
import { createExperimentActivities } from '../../src/activities/experiments.js';
import { createSummaryActivities } from '../../src/activities/summaries.js';
import type { Transition } from '../../src/clients/postgres/types.js';
import { percent } from '../../src/domain/percent.js';
import { learnPrior } from '../../src/domain/reporting/prior.js';
import { shrunkLift } from '../../src/domain/reporting/shrinkage.js';
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
    expect(await summarise(24)).toBe(
      `${day(1)} (UTC): 0 promotions; 1 test running; none waiting for a user`,
    );
    await stage.promotions.openPromotion('exp', { ...GROUNDS, theta: Math.log(1.25) });
    await stage.store.transition(transition({ to: 'rolling_out' }));
    await stage.store.transition(transition({ from: 'rolling_out', to: 'held' }));
    expect(await summarise(24)).toMatch(/: 0 promotions;/);
    stage.clock.pass(24 * HOUR);
    const believed = percent(shrunkLift({ theta: Math.log(1.25), se: GROUNDS.se }, learnPrior([])));
    const opened = `${day(1)} (UTC): 1 promotion (Hooks: “ad 1” (challenger-1) ${believed} believed, +25.0 % measured (rolling out)); 1 test started (Hooks); 0 tests running; 1 waiting for a user (Hooks). No test is finished yet: how far the lifts are shrunk comes from a default.`;
    expect(await summarise(24)).toBe(opened);
    stage.clock.pass(24 * HOUR);
    expect(await summarise(24)).toMatch(/: 0 promotions;/);
    await stage.store.setPromotionStatus('exp', 'completed');
    expect(await summarise(7 * 24)).toMatch(
      `${day(7)} to ${day(1)} (UTC): 1 promotion (Hooks: “ad 1” (challenger-1) ${believed} believed, +25.0 % measured (rolled out)); `,
    );
    expect(stage.events.at(-1)).toMatchObject({
      kind: 'report',
      experimentId: null,
      at: stage.clock.instant,
    });
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
    stage.clock.pass(24 * HOUR);
    expect(await createSummaryActivities(stage.deps).summarise(24)).toMatch(
      / \(UTC\): 0 promotions; 1 in shadow, nothing written \(Hooks: “ad 1” \(challenger-1\) \+\d\.\d % believed, \+25\.0 % measured\); 1 test started \(Hooks\); 1 test running; none waiting for a user\. No test is finished yet/,
    );
  });
});
