import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { type Description, fieldsOf, limitsOf, typeOf } from '../../../src/web/docs/description.js';
import { FakeGateway } from '../../api/support/fake-gateway.js';
import { type Api, startApi } from '../../api/support/harness.js';
import { Browser } from '../browser.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('the page about the API', () => {
  it('shows every operation and every named type, and each of its links leads somewhere', async () => {
    const user = new Browser(createApp(api.dependencies, new FakeGateway()));
    const text = await (await user.get('/docs')).text();
    const document = (await (await user.get('/openapi.json')).json()) as Description;
    for (const [path, item] of Object.entries(document.paths))
      for (const [method, { summary }] of Object.entries(item)) {
        const [heading, about] = [`>${method.toUpperCase()}</span> <code>${path}</code>`, summary ?? ''];
        expect(text).toContain(heading);
        expect(text).toContain(about.replaceAll("'", '&#39;'));
      }
    for (const name of Object.keys(document.components!.schemas!))
      expect(text).toContain(`id="type-${name}"`);
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    expect(ids.size).toBe([...text.matchAll(/ id="([^"]+)"/g)].length);
    for (const [, id] of text.matchAll(/href="#([^"]+)"/g)) expect(ids, id).toContain(id);
    expect(text).toContain('href="/openapi.json"');
    expect(text).not.toMatch(/<script(?! type="module" src="\/)|<style| style=|\son\w+=|(src|href)="https?:/);
  });
});

describe('a schema in words', () => {
  it('has its type, its limits and the fields inside it', () => {
    expect(typeOf({ anyOf: [{ $ref: '#/components/schemas/Look' }, { type: 'null' }] })).toEqual([
      { name: 'Look' },
      ' or ',
      'null',
    ]);
    expect(typeOf({ type: 'array', items: { enum: ['a', 'b'] } })).toEqual(['list of ', '"a", "b"']);
    expect(typeOf({ type: ['string', 'null'] })).toEqual(['string or null']);
    expect(limitsOf({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 5 })).toBe(
      'at least 1; default 5',
    );
    expect(limitsOf({ type: 'string', minLength: 1, maxLength: 64 })).toBe('1 to 64 characters');
    const variant = { type: 'object', required: ['ad_id'], properties: { ad_id: { type: 'string' } } };
    const body = { type: 'object', properties: { variants: { type: 'array', items: variant } } };
    expect(fieldsOf(body).map(({ path, required }) => [path, required])).toEqual([
      ['variants', false],
      ['variants[].ad_id', true],
    ]);
  });
});
