import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OverviewRowJson } from '../../../src/api/overview/to-json.js';
import { HOUR, START } from '../../api/support/harness.js';
import {
  aDecision,
  moveTo,
  pairOfChallenger,
  seedExperiment,
  seedPromoted,
  seedVerification,
} from '../../api/support/seed.js';
import { startWeb, type WebApi } from '../support.js';

describe('the list of tests', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    api.clock.at = START + 40 * HOUR;
    await seedExperiment(api, 'quiet', { name: 'A <quiet> test' });
    await seedExperiment(api, 'leading');
    const pair = pairOfChallenger(0.3, 0.1);
    // The lead has shrunk since the best look.
    const pairs = [{ ...pair, evidence: { ...pair.evidence, p: 0.6, pNow: 0.7 } }];
    await api.store.saveDecision(aDecision('leading', 'continue_testing', { pairs }), {});
    await seedPromoted(api, 'promoted');
    await seedExperiment(api, 'asking');
    await moveTo(api, 'asking', 'awaiting_approval', { reason: 'challenger-1 has won.' });
    await seedExperiment(api, 'resting');
    await moveTo(api, 'resting', 'paused');
    await seedExperiment(api, 'over');
    await moveTo(api, 'over', 'stopped');
  });
  afterAll(() => api.stop());

  it('shows first what needs someone, then rollouts, running tests and ended ones', async () => {
    const { status, html } = await api.page('/');
    expect(status).toBe(200);
    expect(html.startsWith('<!doctype html><html lang="en">')).toBe(true);
    const order = [...html.matchAll(/data-experiment="([^"]*)"/g)].map((match) => match[1]);
    expect(order).toEqual(['asking', 'promoted', 'leading', 'quiet', 'resting', 'over']);
    expect(html).toContain('Someone must act');
    expect(html).toContain('challenger-1 has won.');
  });

  it('has the numbers of the API, and nothing else as a number', async () => {
    const { body } = await api.get('/api/ab/overview');
    const { figures } = await api.page('/');
    for (const row of body.experiments as unknown as OverviewRowJson[]) {
      const inside = `data-experiment="${row.experiment_id}"`;
      const shown = (field: string) => figures(field, inside)[0];
      expect(shown('confidence')).toBe(String(row.confidence));
      expect(shown('confidence_threshold')).toBe(String(row.confidence_threshold));
      if (row.confidence_now !== null && row.confidence_now !== row.confidence)
        expect(shown('confidence_now')).toBe(String(row.confidence_now));
      if (row.lift !== null) expect(shown('lift')).toBe(String(row.lift));
      if (row.moved_cents !== 0) expect(shown('moved_cents')).toBe(String(row.moved_cents));
      if (row.total_budget_cents !== null)
        expect(shown('total_budget_cents')).toBe(String(row.total_budget_cents));
    }
    expect((await api.page('/?q=leading')).text).toContain('0.300 now 0.400 at best of 0.95');
    const promoted = (body.experiments as unknown as OverviewRowJson[]).find(
      (row) => row.experiment_id === 'promoted',
    );
    expect(promoted).toMatchObject({
      moved_cents: 3_000,
      total_budget_cents: 10_000,
      leader_variant_id: 'challenger-1',
    });
  });

  it('writes amounts and instants as the account has them, and escapes what users typed', async () => {
    const british = await api.page('/', { headers: { 'accept-language': 'en-GB' } });
    expect(british.html).toContain('US$100.00');
    expect(british.html).toContain('+US$30.00');
    const american = await api.page('/', { headers: { 'accept-language': 'de-DE, en-US;q=0.5' } });
    expect(american.html).toContain('$100.00');
    expect(american.html).not.toContain('US$100.00');
    const { timezone } = await api.dependencies.meta.getAccount();
    expect(british.html).toContain(`(${timezone})`);
    expect(british.html).toContain('A &lt;quiet&gt; test');
    expect(british.html).not.toContain('<quiet>');
  });

  it('keeps paused tests apart, and says whether a lift was verified', async () => {
    const rowOf = async (id: string) => {
      const { body } = await api.get(`/api/ab/overview?q=${id}`);
      return [
        (await api.page(`/?q=${id}`)).html,
        (body.experiments as unknown as OverviewRowJson[])[0]!,
      ] as const;
    };
    const [resting, row] = await rowOf('resting');
    expect([row.group, row.next_event]).toEqual(['paused', null]);
    expect(resting).toContain('Paused tests: nothing happens until someone resumes them');
    expect((await rowOf('promoted'))[1].verification).toBeNull();
    await seedVerification(api, 'promoted', 'not_verified');
    const [html, { verification }] = await rowOf('promoted');
    expect(verification).toBe('not_verified');
    expect(html).toContain('lift not verified</span>');
  });

  it('filters, searches and sorts, and shows everything for a filter that does not exist', async () => {
    const order = async (query: string) =>
      [...(await api.page(`/?${query}`)).html.matchAll(/data-experiment="([^"]*)"/g)].map(
        (match) => match[1],
      );
    expect(await order('group=act')).toEqual(['asking']);
    expect(await order('q=QUIET')).toEqual(['quiet']);
    expect(await order('q=')).toHaveLength(6);
    expect(await order('sort=name')).toEqual(['quiet', 'asking', 'leading', 'over', 'promoted', 'resting']);
    expect(await order('group=unknown')).toHaveLength(6);
    expect(await order('group=paused')).toEqual(['resting']);
    expect((await api.page('/?q=nothing-like-this')).html).toContain('No test fits this filter.');
  });
});

describe('an empty account', () => {
  it('leads to the tests that can be made', async () => {
    const api = await startWeb();
    const { html } = await api.page('/');
    expect(html).toContain('href="/experiments/new"');
    expect(html).toContain('No test yet');
    await api.stop();
  });
});
