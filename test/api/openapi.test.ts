import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/api/http/problems.js';
import { aFit, aFittedPattern } from '../clients/postgres/pattern-fixtures.js';
import { type Api, type JsonObject, START, startApi } from './support/harness.js';
import { seedExperiment, seedPromoted, seedRecheck, seedVerification } from './support/seed.js';
import { seedInsights } from './support/seed-insights.js';
import { seedForecast, seedModel, seedScoredForecasts } from './support/seed-learning.js';

let api: Api;
let document: JsonObject;
const ajv = new Ajv2020({ strict: false, allErrors: true });

beforeAll(async () => {
  api = await startApi();
  document = (await api.get('/openapi.json')).body;
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi.json');
});
afterAll(() => api.stop());

interface Operation {
  responses: Record<string, { content: Record<string, { schema: unknown }> }>;
  security?: unknown;
}
function operations(): [string, Operation][] {
  return Object.entries(document.paths as JsonObject).flatMap(([path, item]) =>
    Object.entries(item as JsonObject).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation as unknown as Operation,
    ]),
  );
}

/** The path of a schema in the document. */
const pointerTo = (path: string, method: string, status: number, type: string) =>
  ['openapi.json#/paths', path, method, 'responses', String(status), 'content', type, 'schema']
    .map((part, index) =>
      index === 0 ? part : encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
    )
    .join('/');

function faults(schema: string, body: unknown): unknown {
  const validate = ajv.getSchema(schema)!;
  return validate(body) ? [] : validate.errors;
}

describe('the description', () => {
  it('has every route with its answers', () => {
    const paths = document.paths as JsonObject;
    expect(Object.keys(paths).sort()).toEqual(
      [
        '/api/ab/account',
        '/api/ab/account/ads',
        '/api/ab/account/ads/{ad_id}/thumbnail',
        '/api/ab/account/freeze-windows',
        '/api/ab/account/freeze-windows/{id}/remove',
        '/api/ab/account/kill-switch',
        '/api/ab/account/proposals',
        '/api/ab/auto-promote/check',
        '/api/ab/auto-promote/check-all',
        '/api/ab/auto-promote/compound-report',
        '/api/ab/auto-promote/dashboard',
        '/api/ab/auto-promote/history',
        '/api/ab/auto-promote/scheduler/status',
        '/api/ab/auto-promote/scheduler/trigger',
        '/api/ab/experiments',
        '/api/ab/experiments/preview',
        '/api/ab/experiments/{id}',
        '/api/ab/experiments/{id}/approve',
        '/api/ab/experiments/{id}/check',
        '/api/ab/experiments/{id}/controls',
        '/api/ab/experiments/{id}/drop',
        '/api/ab/experiments/{id}/extend',
        '/api/ab/experiments/{id}/forecast',
        '/api/ab/experiments/{id}/gates',
        '/api/ab/experiments/{id}/insights',
        '/api/ab/experiments/{id}/ledger',
        '/api/ab/experiments/{id}/looks',
        '/api/ab/experiments/{id}/looks/{look}/replay',
        '/api/ab/experiments/{id}/pause',
        '/api/ab/experiments/{id}/promote',
        '/api/ab/experiments/{id}/resolve',
        '/api/ab/experiments/{id}/resume',
        '/api/ab/experiments/{id}/revert',
        '/api/ab/experiments/{id}/scorecard',
        '/api/ab/experiments/{id}/scorecard/csv',
        '/api/ab/experiments/{id}/series',
        '/api/ab/forecasts',
        '/api/ab/drafts',
        '/api/ab/drafts/next-brief',
        '/api/ab/drafts/{id}',
        '/api/ab/model',
        '/api/ab/experiments/{id}/stop',
        '/api/ab/overview',
        '/api/accounts',
        '/api/events',
        '/api/ab/hooks',
        '/api/ab/hooks/{name}/test',
        '/api/ab/patterns',
        '/api/ab/patterns/{id}',
        '/api/ab/pictures/{hash}',
        '/api/ab/reports',
        '/api/ab/reports/{id}',
        '/api/ab/reports/{id}/csv',
        '/healthz',
        '/readyz',
      ].sort(),
    );
    const { schemas } = document.components as { schemas: JsonObject };
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['CheckResult', 'NewExperiment', 'Problem', 'CompoundReport']),
    );
  });

  it('declares every status that the API answers with, for every operation', () => {
    const statuses = [...new Set(Object.values(PROBLEMS).map(([status]) => String(status)))];
    for (const [name, { responses }] of operations())
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(statuses));
  });

  it('names the token, which /healthz and /readyz never need', () => {
    const { securitySchemes } = document.components as JsonObject;
    expect(securitySchemes).toMatchObject({ token: { type: 'http', scheme: 'bearer' } });
    expect(document.security).toEqual([{}, { token: [] }]);
    const open = operations().filter(([, { security }]) => security !== undefined);
    expect(open.map(([name, { security }]) => [name, security])).toEqual([
      ['GET /healthz', []],
      ['GET /readyz', []],
    ]);
  });

  it('has no schema that nothing can match, or that allows null although it cannot occur', () => {
    const found: string[] = [];
    const walk = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { allOf } = value as { allOf?: { type?: string[] }[] };
      if (allOf?.some(({ type }) => Array.isArray(type) && type.includes('null'))) found.push(at);
      for (const [key, each] of Object.entries(value)) walk(each, `${at}/${key}`);
    };
    walk(document, '');
    expect(found).toEqual([]);
    const { schemas } = document.components as { schemas: Record<string, { type?: unknown }> };
    for (const [name, { type }] of Object.entries(schemas))
      expect([name, type]).not.toContainEqual(expect.arrayContaining(['null']));
    const { CheckResult } = schemas as Record<string, { properties?: Record<string, unknown> }>;
    expect(CheckResult!.properties!.winner_metrics).toEqual({
      anyOf: [{ $ref: '#/components/schemas/Metrics' }, { type: 'null' }],
    });
    const query = (
      document.paths as Record<string, { get: { parameters: { name: string; schema: unknown }[] } }>
    )['/api/ab/experiments']!.get.parameters;
    expect(query.find(({ name }) => name === 'offset')).toMatchObject({
      schema: { type: 'integer', minimum: 0 },
    });
  });

  it('matches the answers', async () => {
    await seedForecast(api, await seedExperiment(api, 'fresh'), [0, 0.1]);
    await seedScoredForecasts(api, 12);
    await seedModel(api);
    await seedPromoted(api, 'won', { state: 'completed' });
    await seedVerification(api, 'won', 'verified');
    await api.store.saveRanCreative('won', 'control', {
      ...{ form: 'page_post', title: null, body: 'B', description: null, callToAction: null, link: null },
      ...{ picture: { kind: 'image', hash: null, problem: 'P.' }, problem: 'Q.', readAt: START },
    });
    await seedInsights(api, 'won');
    const contrasts = [{ test: 'won', effect: -0.2, se: 0.1 }];
    await api.store.savePatternFit(aFit([aFittedPattern({ id: 'won', contrasts })]));
    await seedRecheck(api, 'won', { laterTests: [{ adSetId: '501', experimentId: 'next' }] });
    const asked: [string, string, unknown?][] = [
      ['GET', '/api/ab/account'],
      ['GET', '/api/ab/experiments'],
      ['GET', '/api/ab/experiments/{id}'],
      ['GET', '/api/ab/experiments/{id}/looks'],
      ['GET', '/api/ab/experiments/{id}/series'],
      ['GET', '/api/ab/experiments/{id}/forecast'],
      ['GET', '/api/ab/model'],
      ['GET', '/api/ab/drafts'],
      ['GET', '/api/ab/drafts/next-brief'],
      ['GET', '/api/ab/drafts/{id}'],
      ['POST', '/api/ab/drafts', { product: 'dogs', by: 'ana' }],
      ['POST', '/api/ab/forecasts', { drafts: [{ headline: 'Dogs' }, { headline: 'Do dogs?' }] }],
      ['GET', '/api/ab/experiments/{id}/scorecard'],
      ['GET', '/api/ab/experiments/{id}/ledger'],
      ['GET', '/api/ab/experiments/{id}/insights'],
      ['POST', '/api/ab/experiments/{id}/insights', { by: 'ana' }],
      ['GET', '/api/ab/experiments/{id}/insights'],
      ['GET', '/api/ab/experiments/{id}/gates'],
      ['GET', '/api/ab/experiments/{id}/controls'],
      ['POST', '/api/ab/forecasts', { drafts: [{ headline: 'Dogs?' }, { headline: 'Cats' }] }],
      ['POST', '/api/ab/forecasts', { drafts: [{ headline: 'Dogs?' }] }],
      ['GET', '/api/ab/patterns'],
      ['GET', '/api/ab/patterns?q=question'],
      ['GET', '/api/ab/patterns/{id}'],
      ['POST', '/api/ab/forecasts', { drafts: [{ headline: 'A', pattern_ids: ['won'] }, { headline: 'B' }] }],
      ['POST', '/api/ab/patterns', { statement: 'Dogs win', by: 'ana' }],
      ['POST', '/api/ab/patterns', { statement: 'Cats win', dry_run: true, by: 'ana' }],
      [
        'POST',
        '/api/ab/patterns',
        { statement: 'Birds win', same_as: 'won', direction: 'higher', by: 'ana' },
      ],
      ['GET', '/api/ab/auto-promote/history'],
      ['GET', '/api/ab/auto-promote/compound-report'],
      ['GET', '/api/ab/auto-promote/dashboard'],
      ['GET', '/api/ab/auto-promote/scheduler/status'],
      ['GET', '/healthz'],
      ['GET', '/readyz'],
      ['POST', '/api/ab/auto-promote/check', { experiment_id: 'won' }],
      ['POST', '/api/ab/auto-promote/check-all'],
      ['POST', '/api/ab/experiments/{id}/pause', { by: 'ana', reason: 'odd' }],
      ['POST', '/api/ab/experiments/{id}/pause', {}],
    ];
    const statuses = new Set<number>();
    for (const id of ['fresh', 'won', 'nobody'])
      for (const [method, path, body] of asked) {
        const url = path.replace('{id}', id);
        const answer = method === 'GET' ? await api.get(url) : await api.post(url, body);
        statuses.add(answer.status);
        const schema = pointerTo(
          path.split('?')[0]!,
          method.toLowerCase(),
          answer.status,
          answer.type.split(';')[0]!,
        );
        expect([url, answer.status, faults(schema, answer.body)]).toEqual([url, answer.status, []]);
      }
    expect([...statuses].sort()).toEqual([200, 202, 400, 404, 409]);
  });
});
