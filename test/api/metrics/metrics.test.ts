import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApp } from '../../../src/api/app.js';
import type { ApiDependencies } from '../../../src/api/dependencies.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { aDecision, moveTo, seedExperiment, seedPromoted } from '../support/seed.js';

const VIC = { name: 'vic', role: 'viewer' as const, token: 'token-of-the-viewer' };
const ADA = { name: 'ada', role: 'admin' as const, token: 'token-of-the-admin' };

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
  await seedExperiment(api, 'two');
  await api.store.saveDecision(aDecision('two', 'continue_testing', { decidedAt: START + 8 * HOUR }), {});
  await seedExperiment(api, 'waits');
  await moveTo(api, 'waits', 'awaiting_approval');
  await seedPromoted(api, 'won', { state: 'verifying' });
  await api.store.setKillSwitch({ engaged: true, by: 'ana', reason: 'a test', at: START });
  api.clock.at = START + 10 * HOUR;
});
afterAll(() => api.stop());

/** Values by name and labels, without those that every series has. */
async function scrape(
  changes: Partial<ApiDependencies> = {},
  gateway = new FakeGateway(),
  asked: string[] = [],
) {
  const app = createApp({ ...api.dependencies, ...changes }, gateway);
  for (const path of asked) await app.request(path);
  const answer = await app.request('/metrics');
  const text = await answer.text();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, series = '', value = ''] = /^([a-z]\S*) (\S+)$/.exec(line) ?? [];
    const shown = series
      .replace(/environment="sandbox",account="act_\d+",?/, '')
      .replace(/,?\}$/, '}')
      .replace('{}', '');
    if (series !== '') values.set(shown, Number(value));
  }
  return { status: answer.status, type: answer.headers.get('content-type'), text, values };
}

describe('/metrics', () => {
  it('shows what is on record', async () => {
    const { status, type, values } = await scrape();
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const shown = (name: string) => values.get(`auto_promotion_${name}`);
    expect(shown('experiments{state="running"}')).toBe(2);
    expect(shown('experiments{state="verifying"}')).toBe(1);
    expect(shown('experiments{state="stopped"}')).toBe(0);
    const decided = await api.store.listDecisions('won', { limit: 9, offset: 0 });
    expect(shown('looks_total')).toBe(1 + decided.length);
    const ledger = await api.store.listLedger('won');
    expect(ledger.length).toBeGreaterThan(0);
    expect(shown('budget_writes{outcome="applied"}')).toBe(ledger.length);
    expect(shown('budget_writes{outcome="unknown"}')).toBe(0);
    expect(shown('waiting_for_user{state="awaiting_approval"}')).toBe(1);
    expect(shown('waiting_for_user{state="held"}')).toBe(0);
    // `one` has had no look since its start 10 hours ago; looks are due every 6 hours.
    expect(shown('seconds_since_look')).toBe(36_000);
    expect(shown('look_overdue_seconds')).toBe(4 * 3_600);
    expect(shown('kill_switch_engaged')).toBe(1);
    expect(shown('part_up{part="postgres"}')).toBe(1);
    expect([...values.keys()].some((each) => each.startsWith('nodejs_eventloop_lag'))).toBe(true);
  });

  it('measures requests by route and status, in as many series as there are routes', async () => {
    const odd = Array.from({ length: 50 }, (_, i) => `/odd/${i}`);
    const { values } = await scrape({}, new FakeGateway(), [
      '/api/ab/experiments/one',
      '/api/ab/experiments/two',
      '/api/ab/experiments/none',
      ...odd,
    ]);
    const count = (labels: string) =>
      values.get(`auto_promotion_http_request_duration_seconds_count{${labels}}`);
    expect(count('method="GET",route="/api/ab/experiments/:id",status="200"')).toBe(2);
    expect(count('method="GET",route="/api/ab/experiments/:id",status="404"')).toBe(1);
    expect(count('method="GET",route="none",status="404"')).toBe(50);
  });

  it('is shown while a part is away, with what is known', async () => {
    const gateway = new FakeGateway();
    gateway.failure = new Error('Temporal is away');
    const figures = () => Promise.reject(new Error('Postgres is away'));
    const { status, values } = await scrape({ store: { ...api.store, figures } }, gateway);
    expect(status).toBe(200);
    expect(values.get('auto_promotion_part_up{part="postgres"}')).toBe(0);
    expect(values.get('auto_promotion_part_up{part="temporal"}')).toBe(0);
    expect(values.has('auto_promotion_experiments{state="running"}')).toBe(false);
    expect(values.get('auto_promotion_seconds_since_look')).toBeNaN();
  });

  it('needs a token if tokens are set', async () => {
    const app = createApp({ ...api.dependencies, tokens: [VIC, ADA] }, new FakeGateway());
    expect((await app.request('/metrics')).status).toBe(401);
    const headers = { authorization: `Bearer ${VIC.token}` };
    expect((await app.request('/metrics', { headers })).status).toBe(200);
  });
});

describe('the alert rules', () => {
  interface Rule {
    alert: string;
    expr: string;
    labels: { severity: string };
    annotations: { summary: string };
  }
  const file = new URL('../../../deploy/alerts.yml', import.meta.url);
  const rules: Rule[] = parse(readFileSync(file, 'utf8')).groups.flatMap(
    (group: { rules: Rule[] }) => group.rules,
  );
  const WORDS = ['max', 'min', 'sum', 'by', 'rate', 'delta'];

  it('are six to ten, each with a sentence', () => {
    expect(rules.length).toBeGreaterThanOrEqual(6);
    expect(rules.length).toBeLessThanOrEqual(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations, labels } of rules) {
      expect(annotations.summary).toMatch(/^[A-Z].{20,}\.$/);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
    }
  });

  it.each(rules)('$alert names metrics that exist', async ({ expr }) => {
    const { text } = await scrape({}, new FakeGateway(), ['/api/ab/experiments']);
    const bare = expr
      .replaceAll(/\{[^}]*\}/g, '')
      .replaceAll(/\[[^\]]*\]/g, '')
      .replaceAll(/by \([^)]*\)/g, '');
    const names = (bare.match(/[a-z_][a-z0-9_]*/g) ?? []).filter((name) => !WORDS.includes(name));
    expect(names.length).toBeGreaterThan(0);
    // `up` is Prometheus' own.
    for (const name of names.filter((each) => each !== 'up'))
      expect(text).toMatch(new RegExp(`^${name}[{ ]`, 'm'));
    for (const [, label = '', value = ''] of expr.matchAll(/(state|outcome|part)="(\w+)"/g))
      expect(text).toContain(`${label}="${value}"`);
  });
});
