import type { z } from '@hono/zod-openapi';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPatternActivities } from '../../../src/activities/patterns.js';
import type { ModelAnswer } from '../../../src/api/model/responses.js';
import { openEncoder } from '../../../src/clients/encoder/open-encoder.js';
import { sentencesOf } from '../../../src/clients/encoder/sentences-of.js';
import type { PatternsJson, PatternWithTestsJson } from '../../../src/web/learn/names.js';
import { START } from '../../api/support/harness.js';
import {
  aForecast,
  seedHeadlines,
  seedModel,
  seedScore,
  seedScoredForecasts,
} from '../../api/support/seed-learning.js';
import { aFit, aFittedPattern } from '../../clients/postgres/pattern-fixtures.js';
import { startWeb, type WebApi } from '../support.js';
import { seedLibrary } from './seed-library.js';

type ModelJson = z.output<typeof ModelAnswer>;

describe('the page of what was learned, before anything was', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
  });
  afterAll(() => api.stop());

  it('says what will appear here and when, and why nothing is forecast', async () => {
    const { status, text, html } = await api.page('/learn');
    expect(status).toBe(200);
    expect(text).toContain(
      'Not known yet: 0 tests whose forecast preferred an ad have ended, and at least 10 are needed.',
    );
    expect(text).toContain(
      'No test of your own has been learned from yet. That begins when tests with different',
    );
    expect(text).toContain('ENCODER is none: nothing is forecast, and no preferences are learned');
    expect(text).toContain('There is no pattern yet. When tests with different texts have ended');
    expect(html).toContain('aria-current="page">Learn</a>');
  });
});

/** A scored forecast that knew nothing. */
async function seedUnknown(api: WebApi): Promise<void> {
  const experiment = await seedHeadlines(api, 'unknown', ['Warm', 'Light']);
  const { forecast, ...rest } = aForecast(experiment, [0, 0]);
  const made = { ...rest, forecast: { ...forecast, learned: { tests: 0, basis: 'none' as const } } };
  await api.store.saveForecast({ experimentId: experiment.id, madeAt: START, made });
  await seedScore(api, experiment, made, [0, 0.3]);
}

describe('the page of what was learned', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    await seedScoredForecasts(api, 30);
    await seedUnknown(api);
    await seedModel(api, 12, { rate: 'impressions' });
    await seedLibrary(api);
  });
  afterAll(() => api.stop());

  it('has the figures of the API: verdict, lift, calibration, curve and accuracy', async () => {
    const { model, worth } = (await api.get('/api/ab/model')).body as unknown as ModelJson;
    const { text, figures } = await api.page('/learn');
    expect(worth.verdict).toBe('worth');
    expect(text).toContain(worth.message);
    expect(figures('tests')[0]).toBe('30');
    expect([worth.knew_nothing, figures('knew_nothing')]).toEqual([1, ['1']]);
    expect(worth.message).toMatch(/ 1 forecast more knew nothing and is not counted\.$/);
    expect(figures('lift_of_first_choice')).toEqual([String(worth.lift_of_first_choice!.pct)]);
    expect(figures('pairs_right')).toEqual([String(worth.pairs.right)]);
    const filled = worth.calibration.filter(({ count }) => count > 0);
    expect(filled.length).toBeGreaterThan(2);
    expect(figures('calibration_count')).toEqual(filled.map(({ count }) => String(count)));
    expect(figures('happened')).toEqual(filled.map(({ happened }) => String(happened)));
    const curve = worth.curve.filter(({ tests }) => tests > 0);
    expect(figures('curve_tests')).toEqual(['10', '15', '5']);
    expect(figures('curve_lift')).toEqual(curve.map(({ lift }) => String(lift!.pct)));
    expect(figures('brier')).toEqual([String(worth.brier!.mean)]);
    expect(figures('version')).toEqual(['1']);
    expect(text).toContain('decided by clicks per impression; tests of other rates are left out');
    expect(figures('accuracy')).toEqual([String(model!.accuracy)]);
    expect(text).toContain(
      'of 10 pairs of ads that a test told apart, it prefers the one with the higher rate in 70 %',
    );
  });

  it('lists patterns with effect, evidence, state and later tests, as the API has them', async () => {
    const { patterns } = (await api.get('/api/ab/patterns')).body as unknown as PatternsJson;
    const { html, text, figures } = await api.page('/learn');
    const inside = 'data-pattern="question_mark"';
    expect(figures('expected_effect', inside)[0]).toBe(String(patterns[0]!.expected!.effect));
    expect([figures('tests_for', inside)[0], figures('tests_against', inside)[0]]).toEqual(['1', '1']);
    expect(html).toContain('The headline contains a &lt;question&gt; mark.');
    expect(html).not.toContain('<question>');
    expect(text).toContain('Established by 12 tests that vary it');
    expect(text).toContain('replicated');
    expect(text).toContain('learned elsewhere');
    expect(text).toContain('not used yet');
  });

  it('is paged, searched and filtered; an unknown choice shows all', async () => {
    const first = await api.page('/learn');
    const next = /href="([^"]*cursor=[^"]*)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&');
    const second = await api.page(next!.replace('#library', ''));
    const idsOf = (html: string) => [...html.matchAll(/data-pattern="([^"]*)"/g)].map(([, id]) => id);
    expect([idsOf(first.html).length, idsOf(second.html).length]).toEqual([20, 2]);
    expect(new Set([...idsOf(first.html), ...idsOf(second.html)]).size).toBe(22);
    expect(second.text).toContain('First page');

    expect(idsOf((await api.page('/learn?q=time+short')).html)).toEqual(['urgency']);
    expect(idsOf((await api.page('/learn?basis=foreign')).html)).toEqual(['urgency']);
    expect(idsOf((await api.page('/learn?state=holds&kind=&category=')).html)).toEqual(['question_mark']);
    expect(idsOf((await api.page('/learn?state=odd&cursor=odd')).html)).toHaveLength(20);
    const none = await api.page('/learn?kind=stated');
    expect(none.text).toContain('No pattern fits. Show all');
    expect(none.html).toContain('<option value="stated" selected');
    const other = await api.page(`${next!.replace('#library', '')}&state=candidate`);
    expect(other.status).toBe(200);
    expect(other.text).toContain('This is the first page. cursor belongs to another search');
  });

  it('shows a pattern with its tests for and against, each with a link and its own effect', async () => {
    const path = '/api/ab/patterns/question_mark';
    const pattern = (await api.get(path)).body as unknown as PatternWithTestsJson;
    const { html, text, figures } = await api.page('/learn/patterns/question_mark');
    expect(text).toContain('Tests for it (1)');
    expect(text).toContain('Tests against it (1)');
    for (const { experiment_id: id, effect } of pattern.test_results) {
      expect(html).toContain(`href="/experiments/${id}"`);
      expect(figures('effect', `data-experiment="${id}"`)[0]).toBe(String(effect));
    }
    expect(figures('own_effect')).toEqual([String(pattern.own!.effect)]);
    expect(text).toContain(pattern.state_reason);

    const foreign = await api.page('/learn/patterns/urgency');
    expect(foreign.text).toContain('learned from headlines of a publisher, not ads');
    expect(foreign.text).toContain('not known: fewer than 2 own tests vary it');
    expect((await api.page('/learn/patterns/unknown')).status).toBe(404);
  });

  it('has a form that states a pattern; one that says the same becomes another wording', async () => {
    const send = (fields: Record<string, string>) => api.form('/learn', '/learn/patterns', fields);
    const asked = { statement: 'The picture shows a dog.', direction: 'higher', category: 'visual_design' };
    const sent = await send({ ...asked, by: 'ana' });
    expect(sent.status).toBe(303);
    const address = sent.headers.get('location')!;
    expect(address).toMatch(/^\/learn\/patterns\/[\w-]+\?stated=untested$/);
    const shown = await api.page(address);
    expect(shown.text).toContain('Your statement is a new pattern. No test can test it');
    expect(shown.text).toContain('by ana, as a higher rate');
    const again = await send({ ...asked, statement: 'the picture shows a dog', by: 'ben' });
    expect(again.headers.get('location')).toBe(address.replace('=untested', '=joined'));

    const opened = await api.page('/learn/patterns');
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/learn#state']);
    const empty = await send({ ...asked, statement: ' ', direction: '', by: 'ana "b"' });
    expect(empty.status).toBe(400);
    expect(empty.text).toContain('statement must be text of 1 to 500 characters.');
    expect(empty.html).toContain('value="ana &quot;b&quot;"');
  });
});

describe('the form that states a pattern', () => {
  const encoder = openEncoder('use-lite', { cache: '' });
  let api: WebApi;
  beforeAll(async () => {
    const sentences = sentencesOf(encoder);
    api = await startWeb({ searchEncoders: [sentences], encoderLimitMs: 10_000 });
    await api.store.savePatternFit(
      aFit([
        aFittedPattern({ statement: 'A dog on the picture makes people stop.', attributeId: null }),
        aFittedPattern({ id: 'urgency', statement: 'The text presses for time.' }),
      ]),
    );
    const { store, clock } = api;
    const { embedPatterns } = createPatternActivities({ store, clock, encoder: sentences });
    await new MockActivityEnvironment().run(embedPatterns);
  });
  afterAll(async () => {
    await api.stop();
    await encoder.close();
  });
  const send = (fields: Record<string, string>) =>
    api.form('/learn', '/learn/patterns', {
      ...{ statement: 'People stop at a picture with a dog.', attribute_id: '', direction: 'higher' },
      ...{ category: 'visual_design', by: 'ana', ...fields },
    });

  it('asks before a statement joins a pattern that reads much like it', async () => {
    const asked = await send({});
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('A pattern reads much like yours. Is it the same thing?');
    expect(asked.html).toContain('name="same_as" value="question_mark"');
    expect(asked.html).toContain('value="People stop at a picture with a dog."');
    expect((await api.store.getPattern('question_mark'))!.wordings).toEqual([]);

    const apart = await send({ statement: 'People stop at pictures with dogs', as_new: 'true' });
    expect(apart.headers.get('location')).toMatch(/stated-\w+\?stated=untested$/);
    const joined = await send({ same_as: 'question_mark', direction: 'lower' });
    expect(joined.headers.get('location')).toBe('/learn/patterns/question_mark?stated=joined');
    const none = await send({ statement: 'Cats sleep', same_as: 'nothing' });
    expect([none.status, none.text.includes('same_as names no pattern of this account.')]).toEqual([
      400,
      true,
    ]);
  });

  it('offers what tests can vary, and shows a statement of the opposite as such', async () => {
    const { html } = await api.page('/learn');
    expect(html).toContain('<optgroup label="Offer and text">');
    expect(html.match(/<option value="urgency"/g)).toHaveLength(1);
    const sent = await send({ statement: 'Hurry people', attribute_id: 'urgency' });
    expect(sent.headers.get('location')).toBe('/learn/patterns/urgency?stated=opposed');
    const { text } = await api.page('/learn/patterns/urgency?stated=opposed');
    expect(text).toContain('Your statement says the opposite of this pattern and is recorded here as such');
    expect(text).toContain(
      'Someone stated the oppositeTests against this pattern speak for these statements.',
    );
    expect(text).not.toContain('In other words');
    const fresh = await send({ statement: 'Show a smile', attribute_id: 'emoji' });
    expect(fresh.headers.get('location')).toMatch(/\?stated=new$/);
    const odd = await send({ attribute_id: 'odd' });
    expect(odd.text).toContain('attribute_id must be the id of an attribute');
  });
});

it('keeps the path of its account in every link and form', async () => {
  const api = await startWeb({ base: '/accounts/act_1' });
  await api.store.savePatternFit(aFit([aFittedPattern({ statedAt: START })]));
  const { html } = await api.page('/learn');
  expect(html).toContain('href="/accounts/act_1/learn/patterns/question_mark"');
  expect(html).toContain('action="/accounts/act_1/learn/patterns"');
  await api.stop();
});
