import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScorecardJson } from '../../../src/api/scorecard/read.js';
import type { SeriesJson } from '../../../src/api/series/read.js';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { MEASURE_NAMES } from '../../../src/domain/reporting/series.js';
import type { LookJson, StatusJson } from '../../../src/web/experiment/read.js';
import { HOUR, START } from '../../api/support/harness.js';
import {
  aDecision,
  moveTo,
  pairOfChallenger,
  seedExperiment,
  seedHours,
  seedPromoted,
  seedVerification,
} from '../../api/support/seed.js';
import { startWeb, type WebApi } from '../support.js';

describe('the page of an experiment', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    api.clock.at = START + 300 * HOUR;
    await seedPromoted(api, 'promoted');
    await seedVerification(api, 'promoted', 'verified');
    await moveTo(api, 'promoted', 'completed', { at: START + 260 * HOUR });
    await seedExperiment(api, 'fresh');
  });
  afterAll(() => api.stop());

  it('begins with what to do and why, and has the numbers of the API', async () => {
    const { html, figures } = await api.page('/experiments/promoted');
    const { body } = await api.get('/api/ab/experiments/promoted');
    const { budget_reallocation: money, verification } = body as unknown as StatusJson;
    expect(html).toContain('The budget stays with challenger-1.');
    expect(html).toContain('It is verified.');
    expect(html).toContain(
      'The budgets stay as they are until someone changes them in Ads Manager; control keeps USD ',
    );
    for (const field of ['at_risk_cents', 'total_budget_cents', 'winner_current_budget_cents'] as const)
      expect(figures(field)[0]).toBe(String(money![field]));
    expect(figures('winner_share')).toEqual(money!.phases.map(({ winner_share }) => String(winner_share)));
    expect(figures('lift', 'id="verification"')[0]).toBe(String(verification!.lift));

    const looks = (await api.get('/api/ab/experiments/promoted/looks')).body.looks as unknown as LookJson[];
    const [look] = looks;
    expect(figures('lift', 'data-pair="control|challenger-1"')[0]).toBe(String(look!.pairs[0]!.lift));
    for (const [id, metrics] of Object.entries(look!.metrics)) {
      for (const field of ['impressions', 'clicks', 'ctr', 'conversions', 'spend'] as const)
        expect(figures(field, `data-variant="${id}"`)[0]).toBe(String(metrics[field]));
    }
    const ledger = (await api.get('/api/ab/experiments/promoted/ledger')).body.ledger as {
      sequence: number;
      intended: number;
    }[];
    for (const row of ledger)
      expect(figures('intended', `data-sequence="${row.sequence}"`)[0]).toBe(String(row.intended));
    expect(ledger.length).toBeGreaterThan(5);
  });

  it('has a button for each control that fits, and says why the others do not', async () => {
    const { html } = await api.page('/experiments/fresh');
    expect(html).toContain('Wait for the first look.');
    for (const kind of ['check', 'pause', 'promote', 'drop', 'stop'])
      expect(html).toContain(`action="/experiments/fresh/controls/${kind}"`);
    expect(html).not.toContain('action="/experiments/fresh/controls/approve"');
    expect(html).toContain('It fits a test that is awaiting approval; this one is: running.');
    expect(html).not.toContain('action="/experiments/fresh/controls/extend"');
    expect(html).toContain('Looking longer than planned would raise the chance of a false winner above 5 %.');
  });

  it('shows each ad as it ran: its stored picture, what Meta had beyond the registration, and what is missing', async () => {
    await seedExperiment(api, 'ran');
    const bytes = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const hash = await api.store.savePicture({ type: 'image/png', bytes });
    const nothing = { description: null, callToAction: null, link: null, picture: null, readAt: START };
    await api.store.saveRanCreative('ran', 'control', {
      ...{ ...nothing, form: 'asset_feed_spec', title: 'Warm <b>all</b> winter', body: 'Down.' },
      ...{ picture: { kind: 'image', hash, problem: null }, isFirstOfSeveral: true },
    });
    const problem = 'Meta did not give the creative in 5 tries: no answer.';
    await api.store.saveRanCreative('ran', 'challenger-1', {
      ...{ ...nothing, form: 'unread', title: null, body: null, problem },
    });
    const { html, text } = await api.page('/experiments/ran');
    expect(html).toContain(`src="/api/ab/pictures/${hash}"`);
    expect(html).toContain('src="/api/ab/account/ads/ad_ran_challenger-1/thumbnail"');
    expect(html).toContain('<p>Warm &lt;b&gt;all&lt;/b&gt; winter</p>');
    expect(text).toContain(
      'The ad shows one of several texts or pictures, or several cards: this is the first.',
    );
    expect(text).toContain(problem);
  });

  it('has a form that extends a test by the rule without a horizon, and says who did', async () => {
    await seedExperiment(api, 'longer', { policy: { ...DEFAULT_POLICY, rule: 'anytime' } });
    const page = '/experiments/longer';
    const asked = { by: 'ana', reason: 'a close race', horizon_days: '42' };
    const send = (fields: Record<string, string>) => api.form(page, `${page}/controls/extend`, fields);
    for (const horizon_days of ['many', '', '30.5'])
      expect((await send({ ...asked, horizon_days, key: 'x1' })).html).toContain(
        'To extend the test, type its whole days from the start.',
      );
    // What is typed for one control must not block another.
    await api.form(page, `${page}/controls/pause`, { ...asked, horizon_days: '30.5', key: 'x0' });
    expect(api.gateway.asked.at(-1)).toMatchObject({ experimentId: 'longer', kind: 'pause' });
    await send({ ...asked, key: 'x2' });
    expect(api.gateway.asked.at(-1)).toMatchObject({
      ...{ experimentId: 'longer', kind: 'extend', asked: { horizonDays: 42, controlId: 'x2' } },
    });
    await api.store.extendHorizon('longer', {
      ...{ controlId: 'x2', horizonHours: 42 * 24, fromHours: 28 * 24, afterLook: 0 },
      ...{ by: 'ana', reason: 'a close race', at: START },
    });
    const { body } = await api.get('/api/ab/experiments/longer');
    const { horizon_at, extensions, policy } = body as unknown as StatusJson;
    expect([horizon_at, policy.horizon_hours, extensions]).toEqual([
      '2027-01-04T09:00:00Z',
      1008,
      [{ from_days: 28, horizon_days: 42, by: 'ana', reason: 'a close race', at: '2026-11-23T09:00:00Z' }],
    ]);
    const { html, figures } = await api.page(page);
    expect(figures('horizon_at')).toEqual([horizon_at]);
    expect(figures('horizon_days')).toEqual(['42']);
    expect(html).toContain('days by ana: a close race');
  });

  it('says what an approval would move in money, before the evidence', async () => {
    const experiment = await seedExperiment(api, 'asking');
    const dailyBudgets = Object.fromEntries(experiment.variants.map(({ id }) => [id, 8_000]));
    const setting = { dailyBudgets, differences: [], randomised: null, sharingCampaigns: [] };
    await api.store.saveDecision(aDecision('asking', 'promote', { setting }), {});
    await moveTo(api, 'asking', 'awaiting_approval');
    const { html, figures } = await api.page('/experiments/asking');
    const { planned_rollout: planned } = (await api.get('/api/ab/experiments/asking'))
      .body as unknown as StatusJson;
    expect(planned?.phases).toHaveLength(3);
    expect(figures('planned_winner_cents')).toEqual(
      planned!.phases.map(({ winner_budget_cents }) => String(winner_budget_cents)),
    );
    expect(html.indexOf('id="controls"')).toBeLessThan(html.indexOf('id="evidence"'));
    expect(html.indexOf('controls/approve')).toBeLessThan(html.indexOf('controls/promote'));
  });

  it('offers no resume while the kill switch or a freeze would refuse it, and says why', async () => {
    await seedExperiment(api, 'stuck');
    await moveTo(api, 'stuck', 'rolling_out');
    await moveTo(api, 'stuck', 'held');
    const resume = 'action="/experiments/stuck/controls/resume"';
    expect((await api.page('/experiments/stuck')).html).toContain(resume);
    const change = { by: 'ana', reason: 'a wrong feed', at: START };
    await api.store.setKillSwitch({ engaged: true, ...change });
    const { html } = await api.page('/experiments/stuck');
    expect(html).not.toContain(resume);
    expect(html).toContain('kill switch is engaged by ana: a wrong feed. Release it first.');
    await api.store.setKillSwitch({ engaged: false, ...change });
  });

  it('shows what decides per day, and every other measure on the page of the series, as the API has it', async () => {
    await seedHours(api, (await api.store.getExperiment('promoted'))!, 60);
    const { html } = await api.page('/experiments/promoted');
    expect(html).toContain('Click rate per day');
    expect(html).toContain('href="/experiments/promoted/series"');
    for (const bucket of ['hour', 'day']) {
      const { body } = await api.get(`/api/ab/experiments/promoted/series?bucket=${bucket}`);
      const { buckets, variants } = body as unknown as SeriesJson;
      expect(buckets).toHaveLength(bucket === 'hour' ? 60 : 3);
      for (const measure of MEASURE_NAMES) {
        const { figures } = await api.page(
          `/experiments/promoted/series?bucket=${bucket}&measure=${measure}`,
        );
        const expected = buckets.flatMap((_, place) => variants.map((variant) => variant[measure][place]));
        expect(figures(measure), measure).toEqual(expected.filter((value) => value !== null).map(String));
      }
    }
    expect((await api.page('/experiments/unknown/series')).status).toBe(404);
    expect((await api.page('/experiments/fresh/series?measure=odd&bucket=odd')).html).toContain(
      'No data yet',
    );
  });

  it('has a scorecard to print with the figures of the API', async () => {
    const { html, figures } = await api.page('/experiments/promoted/scorecard');
    const card = (await api.get('/api/ab/experiments/promoted/scorecard')).body as unknown as ScorecardJson;
    expect(html).toContain(card.verdict);
    for (const { variant_id: id, metrics, cost_per_conversion: perConversion } of card.ads) {
      for (const field of ['impressions', 'clicks', 'ctr', 'conversions', 'spend', 'cpc'] as const)
        expect(figures(field, `data-variant="${id}"`)[0]).toBe(String(metrics![field]));
      expect(figures('cost_per_conversion', `data-variant="${id}"`)[0]).toBe(String(perConversion));
    }
    for (const field of ['budget_before_cents', 'budget_after_cents'] as const)
      expect(figures(field)).toEqual(card.ads.map((ad) => String(ad[field])));
    expect(figures('lift')).toEqual(card.pairs.map(({ lift }) => String(lift)));
    expect(figures('verified_lift')).toEqual([String(card.verification!.lift)]);
    for (const { message } of card.caveats) expect(html).toContain(message);
    expect((await api.page('/experiments/fresh/scorecard')).html).toContain('There was no look yet.');
    expect((await api.page('/experiments/unknown/scorecard')).status).toBe(404);
  });

  it('lists the gates of a hold before the phase that they delayed, in the order of time', async () => {
    const experiment = await seedPromoted(api, 'held-once');
    const { phasesDone } = (await api.store.getPromotion('held-once'))!;
    const kill = { code: 'kill_switch', leadsTo: 'hold', until: null } as const;
    const rest = { learning: {}, atRisk: 0, budgets: {}, targets: {}, shadow: false };
    const gate = (phase: string, at: number, message: string) =>
      api.store.recordGate(experiment.id, {
        ...{ phase, at, outcome: 'hold', findings: [{ ...kill, message }] },
        ...rest,
      });
    await gate('70', phasesDone['70']! - 2_000, 'First.');
    await gate('held', phasesDone['70']! - 1_000, 'Second.');
    await gate('verification', phasesDone['80']! + HOUR, 'Third.');
    const { html } = await api.page('/experiments/held-once');
    const places = ['Phase 70:', 'First.', 'Second.', 'Phase 80:', 'Third.'].map((text) =>
      html.replaceAll(/<[^>]*>/g, '').indexOf(text),
    );
    expect(places).toEqual([...places].sort((x, y) => x - y));
    expect(places[0]).toBeGreaterThan(0);
    expect(html).toContain('daily check of the verification');
  });

  it('says when the result of a verification is due, as the API has it', async () => {
    await seedPromoted(api, 'watched');
    const { body } = await api.get('/api/ab/experiments/watched');
    const { phasesDone } = (await api.store.getPromotion('watched'))!;
    const dueAt = new Date(phasesDone['80']! + 8 * 24 * HOUR).toISOString().replace('.000', '');
    expect(body.verification_due_at).toBe(dueAt);
    const { html, figures } = await api.page('/experiments/watched');
    expect(figures('verification_due_at')).toEqual([dueAt]);
    expect(html).toContain('There was no daily check yet.');
  });

  it('says that an ad of three is beaten, that nothing is judged yet, and what a winner waits for', async () => {
    await seedExperiment(api, 'three', { challengers: 2 });
    const open = pairOfChallenger(0.1, 0.1, 'challenger-2');
    const unjudged = {
      ...{ ...open, calledWinner: null },
      evidence: { ...open.evidence, counts: false, p: 1, confidence: 0 },
    };
    const beaten = { ...pairOfChallenger(-0.3, 0.1), calledWinner: 'control' };
    await api.store.saveDecision(aDecision('three', 'continue_testing', { pairs: [beaten, unjudged] }), {});
    const { html } = await api.page('/experiments/three');
    expect(html).toContain('Keep testing: an ad is beaten, but no ad has won yet.');
    expect(html).toContain('challenger-1 is beaten, but no ad has won yet');
    expect(html).toContain('not judged yet');

    await seedExperiment(api, 'waits');
    const health = [{ code: 'guardrail_cost_per_conversion', level: 'wait', message: 'open' } as const];
    await api.store.saveDecision(aDecision('waits', 'continue_testing', { health }), {});
    expect((await api.page('/experiments/waits')).html).toContain('won, waiting for guardrails');
  });

  it('says once who promoted by force', async () => {
    const id = 'forced';
    const asked = {
      experimentId: id,
      controlId: 'f',
      kind: 'promote',
      by: 'Maria',
      reason: 'brand wants it.',
    } as const;
    const said = 'Promoted by force by Maria: brand wants it.';
    await seedPromoted(api, id, { state: 'rolling_out' });
    await api.store.recordControl({ ...asked, at: START, outcome: 'accepted', message: 'Promoted.' });
    expect((await api.page(`/experiments/${id}`)).html.split(said)).toHaveLength(2);
    await moveTo(api, id, 'held');
    await moveTo(api, id, 'rolling_out', { reason: `${said} There was no look before.` });
    expect((await api.page(`/experiments/${id}`)).html.split(said)).toHaveLength(2);
  });

  it('is 404 for an unknown one', async () => {
    expect((await api.page('/experiments/unknown')).status).toBe(404);
  });
});

describe('the form of a control', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    await seedExperiment(api, 'exp');
    await api.store.saveDecision(aDecision('exp', 'continue_testing'), {});
  });
  afterAll(() => api.stop());

  const send = (kind: string, fields: Record<string, string>) =>
    api.form('/experiments/exp', `/experiments/exp/controls/${kind}`, { key: 'key-1', ...fields });

  it('sends who and why, once per form, and shows the outcome after a redirect', async () => {
    api.gateway.answer = async ({ experimentId, kind, asked }) => {
      const { by, reason, controlId } = asked;
      const row = { experimentId, controlId, kind, by, reason, at: START, message: 'Paused.' };
      await api.store.recordControl({ ...row, outcome: 'accepted' });
      return { kind: 'done', outcome: { state: 'paused', message: 'Paused.', decision: null } };
    };
    const sent = await send('pause', { by: 'ana', reason: 'a new landing page' });
    expect(sent.status).toBe(303);
    expect(sent.headers.get('location')).toBe('/experiments/exp?sent=key-1');
    expect(api.gateway.asked.at(-1)).toMatchObject({
      kind: 'pause',
      asked: { by: 'ana', reason: 'a new landing page', controlId: 'key-1' },
    });
    await send('pause', { by: 'ana', reason: 'a new landing page' });
    expect(api.gateway.asked).toHaveLength(1);
    const shown = await api.page(sent.headers.get('location')!);
    expect(shown.html).toMatch(
      /<p class="good" role="status">At <time [^>]*>23 Nov 2026, \d\d:00<\/time>: Paused\.<\/p>/,
    );
    expect(shown.html).toContain('by ana (a new landing page)');
  });

  it('keeps what was typed if it is refused, and names the field', async () => {
    const empty = await send('stop', { by: 'ana <b>', reason: ' ', key: 'key-2' });
    expect(empty.status).toBe(400);
    expect(empty.html).toContain('reason must be text of 1 to 500 characters.');
    expect(empty.html).toContain('value="ana &lt;b&gt;"');

    api.gateway.answer = async () => ({
      kind: 'refused',
      refusal: { state: 'running', allowed: ['pause'], message: 'No variant leads.' },
    });
    const asked = { by: 'ana', reason: 'the deal ends', key: 'key-3' };
    const unseen = await send('promote', asked);
    expect(unseen.status).toBe(400);
    expect(unseen.html).toContain('tick “I have seen what would move”');
    expect(unseen.html).toContain('value="the deal ends"');

    const refused = await send('promote', { ...asked, seen: 'yes' });
    expect(refused.status).toBe(303);
    const shown = await api.page(refused.headers.get('location')!);
    expect(shown.html).toMatch(
      /<p class="error" role="alert">.*At <time [^>]*>[^<]*<\/time>: .*No variant leads\.<\/p>/,
    );
    expect(shown.html).toContain('value="the deal ends"');
    expect(api.gateway.asked.at(-1)!.asked).not.toHaveProperty('seen');
  });

  it('leads to the test if its address is opened again', async () => {
    const again = await api.page('/experiments/exp/controls/promote');
    expect(again.status).toBe(303);
    expect(again.headers.get('location')).toBe('/experiments/exp');
  });

  it('sends the fields of its own control only, and knows the name the next time', async () => {
    api.gateway.answer = async () => ({ kind: 'pending', accepted: true });
    const all = {
      by: 'Zoë',
      reason: 'why',
      variant_id: 'challenger-1',
      budgets: 'keep',
      action: 'retry_restore',
    };
    await send('pause', { ...all, key: 'key-own-1' });
    const paused = api.gateway.asked.at(-1)!;
    expect(Object.keys(paused.asked).sort()).toEqual(['by', 'controlId', 'reason']);
    await send('stop', { ...all, key: 'key-own-2' });
    expect(api.gateway.asked.at(-1)).toMatchObject({ kind: 'stop', asked: { budgets: 'keep' } });
    expect(api.gateway.asked.at(-1)!.asked).not.toHaveProperty('action');
    expect((await api.page('/experiments/exp')).html).toMatch(/name="by"[^>]*value="Zoë"/);
    expect((await api.page('/account')).html).toMatch(/name="by"[^>]*value="Zoë"/);
    const strange = { cookie: 'auto_promotion_name=%00%22%3E' };
    expect((await api.page('/experiments/exp', { headers: strange })).html).toMatch(/name="by"[^>]*value=""/);
  });

  it('says so if there is no outcome yet, and is 404 for a control that does not exist', async () => {
    api.gateway.answer = async () => ({ kind: 'pending', accepted: true });
    const pending = await send('check', { by: 'ana', reason: 'now', key: 'key-4' });
    expect(pending.status).toBe(200);
    expect(pending.html).toContain('Accepted; there is no outcome yet.');
    expect((await send('explode', { by: 'ana', reason: 'now', key: 'key-5' })).status).toBe(404);
  });
});
