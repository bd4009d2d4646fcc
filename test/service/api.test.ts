import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startApi } from '../../src/service/api.js';
import type { Collaborators } from '../../src/service/collaborators.js';
import { type Api, startApi as startStage } from '../api/support/harness.js';
import { seedExperiment } from '../api/support/seed.js';

let stage: Api;
let api: RunningApi;
const failures: string[] = [];

beforeAll(async () => {
  stage = await startStage();
  await seedExperiment(stage, 'one');
  const { store, meta, clock, timeBase, environment } = stage.dependencies;
  api = await startApi({ store, meta, clock, timeBase, environment } as Collaborators, {
    host: '127.0.0.1',
    port: 0,
    tokens: [],
    checkIntervalHours: 6,
    policyDefaults: {},
    maxChecksAtOnce: 8,
    accountEnvelope: null,
    writesAllowed: true,
    gateway: stage.gateway,
    onInternalError: (error, where) => failures.push(`${where}: ${error}`),
  });
});
afterAll(async () => {
  await api.stop();
  await stage.stop();
});

interface Seen {
  status: number;
  allow: string | undefined;
  body: { type: string; status: number; detail: string };
}

function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => {
        const { statusCode: status = 0, headers: given } = response;
        resolve({ status, allow: given.allow, body: text === '' ? null : JSON.parse(text) });
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** Sends bytes that no client would send; returns the first line of the answer. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    let text = '';
    connect(Number(port), hostname, function (this: { end(data: string): void }) {
      this.end(bytes);
    })
      .on('data', (part) => (text += part))
      .on('close', () => resolve(text))
      .on('error', reject);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const NO_SUCH_ADS = JSON.stringify({
  name: 'n',
  variants: [
    { role: 'control', ad_id: '_V_3' },
    { role: 'challenger', ad_id: '4atJ' },
  ],
});
const WHO = '{"by": "ana", "reason": "odd"}';

describe('a client’s error is never answered as an error of the service', () => {
  it.each([
    ['GET', '/api/ab/experiments/a%00b', {}, '', 400],
    ['GET', '/api/ab/experiments/a%00b/looks', {}, '', 400],
    ['GET', '/api/ab/experiments/%1b%5b2J', {}, '', 400],
    ['POST', '/api/ab/experiments/a%00b/pause', JSON_TYPE, WHO, 400],
    ['POST', '/api/ab/auto-promote/check', JSON_TYPE, '{"experiment_id": "a\\u0000b"}', 400],
    ['POST', '/api/ab/auto-promote/check', JSON_TYPE, '{"experiment_id": "\\ud800"}', 404],
    ['POST', '/api/ab/experiments/one/pause', JSON_TYPE, '{"by": "\\ud800", "reason": "odd"}', 400],
    ['POST', '/api/ab/experiments/one/pause', {}, WHO, 415],
    ['POST', '/api/ab/experiments', {}, '{}', 415],
    ['POST', '/api/ab/experiments/one/pause', {}, '', 400],
    ['POST', '/api/ab/experiments/one/pause', { 'content-type': 'application/json-patch' }, WHO, 415],
    ['POST', '/api/ab/auto-promote/check-all', { 'content-type': 'application/octet-stream' }, '', 415],
    ['POST', '/api/ab/experiments', JSON_TYPE, `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
    ['POST', '/api/ab/experiments', JSON_TYPE, `{"name": "${'x'.repeat(1_100_000)}"}`, 413],
    ['GET', '/api/ab/experiments/%E0%A4%A', {}, '', 404],
    ['GET', '/api/ab/experiments?limit=1e999', {}, '', 400],
    ['GET', '/api/ab/experiments?offset=', {}, '', 400],
    ['GET', '/api/ab/experiments?offset=0x10', {}, '', 400],
    ['POST', '/api/ab/experiments', JSON_TYPE, NO_SUCH_ADS, 400],
    ['GET', '/healthz', { host: 'a b' }, '', 400],
    ['GET', '/healthz', { host: '127.0.0.1:99999' }, '', 400],
  ] as const)('%s %s %j', async (method, path, headers, body, status) => {
    const answer = await send(method, path, headers, body);
    expect(answer).toMatchObject({ status, body: { status, type: expect.stringContaining('problem') } });
    expect(failures).toEqual([]);
  });

  it('even if the request is not HTTP', async () => {
    for (const bytes of [
      '\u0000\u0001\u0002\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'POST /x HTTP/9.9\r\nHost: x\r\n\r\n',
    ])
      expect(await raw(bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe('a wrong method', () => {
  it.each([
    ['TRACE', '/api/ab/experiments', 'GET, HEAD, POST'],
    ['OPTIONS', '/api/ab/experiments', 'GET, HEAD, POST'],
    ['DELETE', '/api/ab/experiments/one', 'GET, HEAD'],
    ['GET', '/api/ab/experiments/one/pause', 'POST'],
    ['POST', '/api/ab/experiments/one/ledger', 'GET, HEAD'],
    ['PUT', '/api/ab/account', 'GET, HEAD'],
    ['PROPFIND', '/healthz', 'GET, HEAD'],
    ['PATCH', '/openapi.json', 'GET, HEAD'],
  ])('%s %s on a known path is 405, with the methods that fit', async (method, path, allow) => {
    expect(await send(method, path, JSON_TYPE)).toMatchObject({ status: 405, allow });
  });

  it('on an unknown path is not 405', async () => {
    expect(await send('TRACE', '/api/ab/nothing')).toMatchObject({ status: 404, allow: undefined });
    expect((await send('HEAD', '/api/ab/experiments')).status).toBe(200);
  });
});
