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
    const { figures, text } = await api.page('/account');
    const { body } = await api.get('/api/ab/account');
    const changes = body.kill_switch_changes as { at: string }[];
    expect(figures('kill_switch_at')).toEqual(changes.map(({ at }) => at));
    expect(text).toMatch(/: released by ana \(fixed\).*: engaged by ana \(wrong prices\)/);
  });

  it('refuses a form without a reason, and names the field', async () => {
    const { status, html } = await turn({ engaged: 'true', by: 'ana', reason: '', key: 'k4' });
    expect(status).toBe(400);
    expect(html).toContain('reason must be text of 1 to 500 characters.');
  });

  describe('has the freeze windows', () => {
    const path = '/api/ab/account/freeze-windows';
    const listed = async () =>
      (await api.get(path)).body as unknown as {
        now: { until: string; text: string } | null;
        windows: { window_id: string; text: string }[];
      };
    const weekly = {
      ...{ kind: 'weekly', name: 'Nights', timezone: 'Europe/Berlin', by: 'ana', reason: 'nobody is there' },
      ...{ from_weekday: 'tue', from_time: '22:00', to_weekday: 'wed', to_time: '06:00' },
    };
    const set = (fields: Record<string, string>) => api.form('/account', '/account/freeze-windows', fields);

    it('with forms that set and remove them, each once, in the words of the API', async () => {
      expect((await set({ ...weekly, key: 'f1' })).status).toBe(303);
      expect((await set({ ...weekly, key: 'f1' })).status).toBe(303);
      const { windows, now } = await listed();
      expect(windows).toHaveLength(1);
      // Wednesday, 02:00 in Berlin.
      const { html, figures } = await api.page('/account');
      expect(html).toContain(windows[0]!.text);
      expect(html).toContain(now!.text);
      expect(figures('until', 'id="freezes"')).toEqual([now!.until]);
      const remove = (id: string) =>
        api.form('/account', `/account/freeze-windows/${id}/remove`, {
          by: 'bo',
          reason: 'a launch',
          key: 'f2',
        });
      expect((await remove(windows[0]!.window_id)).status).toBe(303);
      expect((await remove(windows[0]!.window_id)).status).toBe(303);
      expect((await listed()).windows).toEqual([]);
      expect((await api.page('/account')).html).toMatch(/was removed by bo .*: a launch/);
      expect(
        (
          await api.form('/account', '/account/freeze-windows/none/remove', {
            by: 'bo',
            reason: 'x',
            key: 'f3',
          })
        ).status,
      ).toBe(404);
    });

    it('and says what is wrong with one', async () => {
      const dated = { kind: 'dated', name: 'Sale', timezone: 'UTC', by: 'ana', reason: 'a sale' };
      for (const [fields, message] of [
        [{ ...weekly, from_time: '' }, 'from time must be a time from 00:00 to 23:59, as HH:MM.'],
        [{ ...weekly, name: '' }, 'name must be text of 1 to 80 characters.'],
        [{ ...dated, from: '2026-12-02T00:00', to: '2026-12-01T00:00' }, 'to must be later than from.'],
        [{ ...weekly, to_weekday: 'tue', to_time: '22:00' }, 'windows must together leave at least 1 h'],
      ] as const) {
        const { status, html } = await set({ ...fields, key: 'f4' });
        expect(status).toBe(400);
        expect(html).toContain(message);
        // What was typed is still there, in an open form.
        expect(html.includes(`value="${fields.timezone}"`)).toBe(true);
        expect(html).toMatch(/<details open="">\s*<summary>Add a window/);
      }
    });
  });
});
