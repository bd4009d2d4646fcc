import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startApi } from '../../../src/service/api.js';
import type { Collaborators } from '../../../src/service/collaborators.js';
import { type Api, startApi as startStage } from '../support/harness.js';
import { aDecision, moveTo, seedExperiment, seedPromotion } from '../support/seed.js';

let stage: Api;
beforeAll(async () => {
  stage = await startStage();
  await seedExperiment(stage, 'one');
});
afterAll(() => stage.stop());

async function serve(): Promise<RunningApi> {
  const { store, meta, clock, timeBase, environment } = stage.dependencies;
  return startApi({ store, meta, clock, timeBase, environment } as Collaborators, {
    host: '127.0.0.1',
    port: 0,
    tokens: [],
    checkIntervalHours: 6,
    policyDefaults: {},
    maxChecksAtOnce: 8,
    accountEnvelope: null,
    writesAllowed: true,
    gateway: stage.gateway,
  });
}

interface Stream {
  status: number;
  headers: Record<string, unknown>;
  text: () => string;
  /** Waits until the text matches. */
  until(form: RegExp): Promise<void>;
  ended: Promise<void>;
  close(): void;
}

function open(api: RunningApi, headers: Record<string, string> = {}, method = 'GET'): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const sent = request(`${api.url}/api/events`, { headers, method }, (response) => {
      let text = '';
      let grew = () => {};
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
        grew();
      });
      const ended = new Promise<void>((done) => {
        response.on('close', () => done());
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        async until(form) {
          while (!form.test(text)) await new Promise<void>((next) => (grew = next));
        },
        ended,
        close: () => sent.destroy(),
      });
    });
    sent.on('error', reject).end();
  });
}

const idsOf = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe('GET /api/events', () => {
  it('tells each kind of change in the record, and after a break what was missed', async () => {
    const api = await serve();
    try {
      const first = await open(api);
      expect(first.status).toBe(200);
      expect(first.headers['content-type']).toBe('text/event-stream');
      await first.until(/"kind":"missed"/);
      expect(first.text()).toMatch(
        /^retry: 2000\nid: \d+\n\nid: \d+\nevent: change\ndata: \{"experiment_id":null/,
      );

      const experiment = await seedExperiment(stage, 'two');
      await first.until(/"experiment_id":"two","kind":"state","state":"running"/);
      await stage.store.saveDecision(aDecision('two', 'continue_testing'), {});
      await first.until(/"two","kind":"look"/);
      first.close();
      await first.ended;

      await moveTo(stage, 'two', 'rolling_out', { winnerVariantId: 'challenger-1' });
      await seedPromotion(stage, experiment);
      await stage.store.recordControl({
        controlId: 'c1',
        experimentId: 'one',
        kind: 'pause',
        by: 'ana',
        reason: 'a test',
        at: stage.clock.at,
        outcome: 'refused',
        message: 'no',
      });
      await stage.store.setKillSwitch({ engaged: true, by: 'ana', reason: 'a test', at: stage.clock.at });
      const lastId = idsOf(first.text()).at(-1)!;
      const second = await open(api, { 'last-event-id': String(lastId) });
      await second.until(/"kind":"kill_switch"/);
      const text = second.text();
      expect(text).toContain('"experiment_id":"two","kind":"state","state":"rolling_out"');
      expect(text).toContain('"two","kind":"rollout"');
      expect(text).toContain('"two","kind":"write"');
      expect(text).toContain('"experiment_id":"one","kind":"control","state":"running"');
      expect(text).not.toContain('missed');
      expect(text).not.toContain('"look"');
      const ids = idsOf(text);
      expect(ids[0]).toBe(lastId);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      second.close();
      await second.ended;
    } finally {
      await api.stop();
    }
  });

  it('ends when the service stops, which does not wait for it', async () => {
    const api = await serve();
    const stream = await open(api);
    const began = performance.now();
    await api.stop();
    await stream.ended;
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('opens no stream for HEAD, and takes at most 100 listeners', async () => {
    const api = await serve();
    try {
      const head = await open(api, {}, 'HEAD');
      expect(head.status).toBe(200);
      await head.ended;
      const streams = await Promise.all(Array.from({ length: 100 }, () => open(api)));
      expect(streams.every(({ status }) => status === 200)).toBe(true);
      const refused = await open(api);
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '30']);
      await refused.ended;
      streams[0]!.close();
      await streams[0]!.ended;
      await expect
        .poll(async () => {
          const again = await open(api);
          again.close();
          return again.status;
        })
        .toBe(200);
    } finally {
      await api.stop();
    }
  });
});
