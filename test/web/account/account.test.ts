import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, START } from '../../api/support/harness.js';
import { seedPromoted } from '../../api/support/seed.js';
import { startWeb, type WebApi } from '../support.js';

describe('the page of the account', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb({ accountEnvelope: 500 });
    api.clock.at = START + 40 * HOUR;
    await seedPromoted(api, 'moved', { state: 'rolling_out', phases: ['60'], status: 'in_progress' });
  });
  afterAll(() => api.stop());

  const turn = (fields: Record<string, string>) => api.form('/account', '/account/kill-switch', fields);

  it('has the envelope and what is at risk, with the numbers of the API', async () => {
    const { figures, html } = await api.page('/account');
    const { envelope } = (await api.get('/api/ab/account')).body as { envelope: Record<string, number> };
    expect(envelope.limit_cents).toBe(50_000);
    expect(figures('limit_cents')).toEqual([String(envelope.limit_cents)]);
    expect(figures('moved_today_cents')).toEqual([String(envelope.moved_today_cents)]);
    expect(figures('moved_cents', 'data-experiment="moved"')).toEqual(['1000']);
    expect(html).toContain('on: rollouts change budgets');
  });

  it('engages the kill switch with one click and a reason, holds the rollouts, and releases it', async () => {
    const engaged = await turn({ engaged: 'true', by: 'ana', reason: 'wrong prices', key: 'k1' });
    expect(engaged.status).toBe(303);
    expect(await api.store.killSwitch()).toMatchObject({ engaged: true, by: 'ana', reason: 'wrong prices' });
    expect(api.gateway.asked.at(-1)).toMatchObject({ experimentId: 'moved', kind: 'pause' });
    expect((await api.page('/account')).html).toContain('wrong prices');

    expect((await turn({ engaged: 'false', by: 'ana', reason: 'fixed', key: 'k2' })).status).toBe(303);
    expect(await api.store.killSwitch()).toMatchObject({ engaged: false });
    const again = await turn({ engaged: 'false', by: 'ana', reason: 'fixed', key: 'k3' });
    expect(again.status).toBe(409);
    expect(again.html).toContain('The kill switch is not engaged.');
  });

  it('refuses a form without a reason, and names the field', async () => {
    const { status, html } = await turn({ engaged: 'true', by: 'ana', reason: '', key: 'k4' });
    expect(status).toBe(400);
    expect(html).toContain('reason must be text of 1 to 500 characters.');
  });
});
