import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPatternActivities } from '../../../src/activities/patterns.js';
import { isoOf } from '../../../src/api/http/format.js';
import { openEncoder } from '../../../src/clients/encoder/open-encoder.js';
import { sentencesOf } from '../../../src/clients/encoder/sentences-of.js';
import { EncoderFailure, type SentenceEncoder } from '../../../src/clients/encoder/types.js';
import { aFit, aFittedPattern } from '../../clients/postgres/pattern-fixtures.js';
import { type Api, type JsonObject, START, startApi } from '../support/harness.js';
import { seedExperiment } from '../support/seed.js';

const PATH = '/api/ab/patterns';
const encoder = openEncoder('use-lite', { cache: '' });
const sentences = sentencesOf(encoder);
afterAll(() => encoder.close());

/** Whose `use-lite` may be made to fail or to hang. */
const moody = { mood: 'works' as 'works' | 'fails' | 'hangs' };
const moodyEncoder: SentenceEncoder = {
  info: sentences.info,
  encode: async (texts, options) => {
    if (moody.mood === 'fails') throw new EncoderFailure('busy', 'it has no time');
    if (moody.mood === 'hangs') return new Promise(() => {});
    return sentences.encode(texts, options);
  },
};

let api: Api;
beforeAll(async () => {
  api = await startApi({ searchEncoders: [moodyEncoder], encoderLimitMs: 3_000 });
  for (const id of ['won', 'lost']) await seedExperiment(api, id);
  const contrasts = [
    { test: 'won', effect: -0.2, se: 0.1 },
    { test: 'lost', effect: 0.1, se: 0.1 },
  ];
  await api.store.savePatternFit(
    aFit([
      aFittedPattern({ statement: 'The headline contains a question mark.', contrasts, statedAt: START - 1 }),
      aFittedPattern({
        ...{ id: 'names_a_price', q: 0.4, state: 'candidate', category: 'best_practice', tags: ['offer'] },
        statement: 'The texts name a price.',
        title: 'The texts name a price.',
        reason: { code: 'not_established', tests: 12, q: 0.4, limit: 0.05 },
      }),
      aFittedPattern({
        ...{
          id: 'urgency',
          q: null,
          shrunk: null,
          own: null,
          tests: 0,
          basis: 'foreign',
          state: 'candidate',
        },
        statement: 'The texts say that time is short.',
        title: 'The texts say that time is short.',
        foreign: { effect: -0.11, se: 0.01, learnedFrom: 'headlines of a publisher, not ads' },
        reason: { code: 'too_few_tests', tests: 0, least: 10 },
        ...{ statedAt: null, statedSign: null, lastPassedAt: null },
      }),
    ]),
  );
});
afterAll(() => api?.stop());

const idsOf = (body: JsonObject) => (body.patterns as JsonObject[]).map(({ content_id }) => content_id);
const state = (body: object) => api.post(PATH, { by: 'ana', ...body });

describe('before any pattern has been encoded', () => {
  it('words are searched, and the answer says why', async () => {
    const { status, body } = await api.get(`${PATH}?q=questions`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ searched_by: 'words', note: 'No pattern has been encoded yet, so words were searched.' },
      patterns: [{ content_id: 'question_mark', similarity: null }],
    });
  });
});

describe('the pattern library', () => {
  beforeAll(async () => {
    const { store, clock } = api;
    const { embedPatterns } = createPatternActivities({ store, clock, encoder: sentences });
    expect(await new MockActivityEnvironment().run(embedPatterns)).toEqual({
      encoded: 3,
      problem: null,
    });
  });

  it('lists the most certain first, with the figures in every form', async () => {
    const { body } = await api.get(PATH);
    expect(body).toMatchObject({ searched_by: 'certainty', note: null, next_cursor: null, unreadable: [] });
    expect(idsOf(body)).toEqual(['question_mark', 'names_a_price', 'urgency']);
    const [question, , urgency] = body.patterns as JsonObject[];
    expect(question).toMatchObject({
      ...{
        kind: 'measured',
        content: 'The headline contains a question mark.',
        state: 'holds',
        basis: 'own',
      },
      ...{ source: 'ab_test_learning', tests: 12, tests_for: 1, tests_against: 1, stated_direction: 'lower' },
      ...{ usage_count: 0, success_rate: 0.5, category: 'hook_writing', tags: ['form'], q: 0.03 },
      own: { effect: -0.095163, interval: [-0.156335, -0.029554], tests: 12 },
      state_reason: expect.stringMatching(/^Established by 12 tests/),
      evidence: expect.stringMatching(/^From 12 tests of your own: -9\.5 %/),
      later: { result: 'open', by: null },
    });
    expect(question!.confidence_score).toBeGreaterThan(0.99);
    expect(urgency).toMatchObject({
      ...{ own: null, q: null, confidence_score: 0.5, stated_at: null },
      foreign: { effect: -0.104166, learned_from: 'headlines of a publisher, not ads' },
      evidence: expect.stringContaining('learned elsewhere'),
    });
  });

  it('finds by meaning, with other words', async () => {
    const { body } = await api.get(`${PATH}?q=${encodeURIComponent('hurry, the deadline is near')}&limit=2`);
    expect(body).toMatchObject({ searched_by: 'meaning', note: null });
    expect(idsOf(body)[0]).toBe('urgency');
    const [first, second] = (body.patterns as JsonObject[]).map(({ similarity }) => similarity as number);
    expect(first).toBeGreaterThan(second!);
    const next = await api.get(
      `${PATH}?q=${encodeURIComponent('hurry, the deadline is near')}&limit=2&cursor=${body.next_cursor}`,
    );
    expect(idsOf(next.body)).toHaveLength(1);
    expect(next.body.next_cursor).toBeNull();
    expect(new Set([...idsOf(body), ...idsOf(next.body)]).size).toBe(3);
  });

  it('is filtered, and paged by a cursor of the same search alone', async () => {
    for (const [query, ids] of [
      ['state=candidate', ['names_a_price', 'urgency']],
      ['basis=foreign', ['urgency']],
      ['category=best_practice', ['names_a_price']],
      ['tag=offer', ['names_a_price']],
      ['attribute=question_mark', ['question_mark']],
      ['kind=stated', []],
      ['q=price&state=holds', ['question_mark']],
    ] as const)
      expect([query, idsOf((await api.get(`${PATH}?${query}`)).body)]).toEqual([query, ids]);
    const first = (await api.get(`${PATH}?limit=2`)).body;
    const second = (await api.get(`${PATH}?limit=1&cursor=${first.next_cursor}`)).body;
    expect([...idsOf(first), ...idsOf(second)]).toEqual(['question_mark', 'names_a_price', 'urgency']);
    const other = await api.get(`${PATH}?state=holds&cursor=${first.next_cursor}`);
    expect(other.status).toBe(400);
    expect(other.body.detail).toBe('cursor belongs to another search: leave it out for a new one.');
  });

  it.each([
    ['q=', 'q must be text of 1 to 500 characters.'],
    [`q=${'a'.repeat(501)}`, 'q must be text of 1 to 500 characters.'],
    ['attribute=nonsense', 'attribute must be the id of an attribute, e.g. question_mark.'],
    ['state=good', 'state must be one of candidate, holds, contradicted, retired.'],
    ['limit=101', 'limit must be a whole number from 1 to 100.'],
    ['cursor=abc', 'cursor must be the next_cursor of an earlier answer.'],
  ])('refuses %.20s', async (query, detail) => {
    const { status, body } = await api.get(`${PATH}?${query}`);
    expect([status, body.detail]).toEqual([400, detail]);
  });

  it.each([
    ['fails', 'The encoder failed, so words were searched: it has no time.'],
    ['hangs', 'The encoder gave no answer in time, so words were searched.'],
  ] as const)('searches words if the encoder %s, and goes on so', async (mood, note) => {
    const byMeaning = (await api.get(`${PATH}?q=texts&limit=1`)).body;
    moody.mood = mood;
    try {
      const { body } = await api.get(`${PATH}?q=texts&limit=1`);
      expect(body).toMatchObject({ searched_by: 'words', note });
      const late = await api.get(`${PATH}?q=texts&limit=1&cursor=${byMeaning.next_cursor}`);
      expect([late.status, late.body.type]).toEqual([503, 'urn:auto-promotion:problem:encoder_unavailable']);
      moody.mood = 'works';
      const next = await api.get(`${PATH}?q=texts&limit=1&cursor=${body.next_cursor}`);
      expect(next.body).toMatchObject({ searched_by: 'words', note: null, next_cursor: null });
      expect([...idsOf(body), ...idsOf(next.body)].sort()).toEqual(['names_a_price', 'urgency']);
    } finally {
      moody.mood = 'works';
    }
  });

  it('shows a pattern with each test, for and against, and a link', async () => {
    const { status, body } = await api.get(`${PATH}/question_mark`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ content_id: 'question_mark', tests_for: 1, tests_against: 1 });
    const results = body.test_results as JsonObject[];
    expect(results.map(({ experiment_id, supports }) => [experiment_id, supports])).toEqual([
      ['lost', 'against'],
      ['won', 'for'],
    ]);
    expect(results[1]).toMatchObject({ effect: -0.181269, began_after_stated: true, end_date: null });
    expect((await api.get(results[1]!.href as string)).body.experiment_id).toBe('won');
    const none = await api.get(`${PATH}/nothing`);
    expect([none.status, none.body.detail]).toEqual([404, 'There is no pattern nothing.']);
  });
});

describe('a statement', () => {
  it('becomes a pattern that is found by meaning at once; one that may say the same asks first', async () => {
    const first = await state({ statement: 'A dog on the picture makes people stop.', tags: ['animals'] });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      ...{ is_new: true, matched_by: null, similar: [], note: null },
      pattern: { kind: 'stated', state: 'candidate', stated_by: 'ana', tags: ['animals'], wordings: [] },
    });
    const id = (first.body.pattern as JsonObject).content_id;
    const found = await api.get(`${PATH}?q=${encodeURIComponent('puppy photo')}&limit=1`);
    expect(idsOf(found.body)).toEqual([id]);

    const other = { statement: 'People stop at a picture with a dog.', by: 'bo' };
    const asked = await state({ ...other, dry_run: true });
    expect(asked.body).toMatchObject({ stored: false, pattern: null, is_new: true, matched_by: null });
    const [similar] = asked.body.similar as JsonObject[];
    expect(similar).toMatchObject({ content_id: id, stated_direction: null });
    expect(similar!.similarity).toBeGreaterThan(0.56);

    const refused = await state(other);
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:auto-promotion:problem:similar_pattern']);
    expect(refused.body.detail).toBe(
      `The pattern ${id} may say the same: “A dog on the picture makes people stop.” Send same_as: "${id}" if it does, or as_new: true if it doesn't. With dry_run: true the answer lists all that may.`,
    );
    expect((await api.get(`${PATH}/${id}`)).body.wordings).toEqual([]);

    const second = await state({ ...other, same_as: id });
    expect(second.body).toMatchObject({
      ...{ stored: true, is_new: false, matched_by: 'given', opposes: false, similar: [] },
      pattern: { content_id: id, wordings: [{ text: other.statement, by: 'bo', direction: null }] },
    });
    expect((await state(other)).body).toMatchObject({ matched_by: 'words', similar: [] });

    const apart = await state({ statement: 'Pictures with a dog make people stop.', as_new: true });
    expect(apart.body.is_new).toBe(true);
  });

  it('that claims the opposite is never taken for another wording', async () => {
    const lower = await state({ statement: 'Red buttons lower the click rate.', direction: 'lower' });
    const { content_id: id } = lower.body.pattern as JsonObject;
    const opposite = { statement: 'Red buttons raise the click rate.', direction: 'higher' };
    expect((await state(opposite)).status).toBe(409);
    const { body } = await state({ ...opposite, same_as: id! });
    expect(body).toMatchObject({
      ...{ matched_by: 'given', opposes: true },
      pattern: {
        ...{ stated_direction: 'lower', stated_by: 'ana' },
        wordings: [{ text: opposite.statement, direction: 'higher', opposes: true }],
      },
    });
    const same = await state({ statement: 'Red buttons lower the click rate', direction: 'lower', by: 'bo' });
    expect(same.body).toMatchObject({ matched_by: 'words', opposes: false });
  });

  it('about an attribute joins its pattern', async () => {
    const { body } = await state({ statement: 'Asking annoys', attribute_id: 'question_mark' });
    expect(body).toMatchObject({ matched_by: 'attribute', pattern: { content_id: 'question_mark' } });
    const opposite = { statement: 'Asking helps', attribute_id: 'question_mark', direction: 'higher' };
    expect((await state({ ...opposite, dry_run: true })).body).toMatchObject({
      stored: false,
      opposes: true,
    });
    expect((await state(opposite)).body).toMatchObject({
      ...{ matched_by: 'attribute', opposes: true },
      pattern: {
        stated_direction: 'lower',
        wordings: [{ opposes: false }, { text: 'Asking helps', opposes: true }],
      },
    });
  });

  it('gives a pattern of an attribute its direction, as of then', async () => {
    const { body } = await state({
      ...{ statement: 'Hurry people up', attribute_id: 'urgency', direction: 'higher', by: 'bo' },
    });
    expect(body.pattern).toMatchObject({
      ...{ content_id: 'urgency', kind: 'measured', stated_direction: 'higher', stated_by: 'bo' },
      stated_at: isoOf(START),
    });
  });

  it.each([
    [{ same_as: 'nothing' }, 'same_as names no pattern of this account.'],
    [{ same_as: 'urgency', as_new: true }, 'same_as must be left out if as_new is true.'],
    [
      { same_as: 'urgency', attribute_id: 'question_mark' },
      'same_as must be left out: the attribute belongs to the pattern question_mark.',
    ],
    [
      { same_as: 'urgency', attribute_id: 'emoji' },
      'attribute_id differs from that of the pattern urgency, which is urgency.',
    ],
    [
      { statement: 'The texts name a price.', same_as: 'urgency' },
      'same_as must be left out: the statement belongs to the pattern names_a_price.',
    ],
  ])('is refused if it contradicts itself (%#)', async (more, detail) => {
    const answer = await state({ statement: 'Something', ...more });
    expect([answer.status, answer.body.detail]).toEqual([400, detail]);
  });

  it('that comes while all patterns change over to another encoder is found by meaning too', async () => {
    const other: SentenceEncoder = {
      info: { ...sentences.info, id: 'other@1' },
      encode: (texts, options) => sentences.encode(texts, options),
    };
    const encodingChanges: SentenceEncoder = {
      info: sentences.info,
      async encode(texts, options) {
        const vectors = await sentences.encode(texts, options);
        await embed(other);
        return vectors;
      },
    };
    const changing = await startApi({ searchEncoders: [encodingChanges, other] }, 9);
    const { store, clock } = changing;
    const embed = (encoder: SentenceEncoder) =>
      new MockActivityEnvironment().run(createPatternActivities({ store, clock, encoder }).embedPatterns);
    try {
      await changing.post(PATH, { statement: 'Cats sleep all day.', by: 'ana' });
      expect(await embed(sentences)).toEqual({ encoded: 1, problem: null });
      const { body } = await changing.post(PATH, { statement: 'Prices end in nines.', by: 'ana' });
      expect(body.is_new).toBe(true);
      expect(await store.servingEncoder()).toBe('other@1');
      const found = await changing.get(`${PATH}?q=${encodeURIComponent('Prices end in nines.')}`);
      expect(found.body).toMatchObject({ searched_by: 'meaning' });
      expect(idsOf(found.body)[0]).toBe((body.pattern as JsonObject).content_id);
      expect(idsOf(found.body)).toHaveLength(2);
    } finally {
      await changing.stop();
    }
  });

  it('is a new pattern while the encoder fails, and says so', async () => {
    moody.mood = 'fails';
    try {
      const { body } = await state({ statement: 'The texts say that there is little time.' });
      expect(body).toMatchObject({ is_new: true, note: expect.stringContaining('it has no time') });
    } finally {
      moody.mood = 'works';
    }
  });

  it('is entered once per key, and shortened in its title', async () => {
    const statement = `Long: ${'words and 🙂 '.repeat(30)}`.trim();
    const send = () => api.post(PATH, { statement, by: 'ana' }, { 'idempotency-key': 'k-1' });
    const first = await send();
    expect((await send()).body).toEqual(first.body);
    const { title } = first.body.pattern as { title: string };
    expect(title).toMatch(/^Long: .*…$/);
    expect(title.length).toBeLessThanOrEqual(120);
  });

  it.each([
    [{}, 'statement is missing: must be text of 1 to 500 characters.'],
    [{ statement: '  ' }, 'statement must be text of 1 to 500 characters.'],
    [{ statement: 'x'.repeat(10_000) }, 'statement must be text of 1 to 500 characters.'],
    [
      { statement: 'x', attribute_id: 'y' },
      'attribute_id must be the id of an attribute, e.g. question_mark.',
    ],
    [{ statement: 'x', direction: 'up' }, 'direction must be one of higher, lower.'],
    [{ statement: 'x', tags: Array(11).fill('t') }, 'tags must be a list of at most 10 tags.'],
    [{ statement: 'x', tags: ['t'.repeat(41)] }, 'tags[0] must be text of 1 to 40 characters.'],
    [{ statement: 'x', effect: 1 }, 'effect is not a field of this request; leave it out.'],
    [{ statement: 'x', by: '' }, 'by must be text of 1 to 100 characters.'],
  ])('is refused if its fields are wrong (%#)', async (body, detail) => {
    const { status, body: problem } = await state(body);
    expect([status, problem.detail]).toEqual([400, detail]);
  });

  it.each(['🙂🙂', 'اكتب عنوانا أقصر', 'Überschriften mit Zahlen wirken'])('may be %s', async (statement) => {
    expect((await state({ statement, as_new: true })).body.is_new).toBe(true);
  });
});

it('without an encoder, words are searched', async () => {
  const bare = await startApi({}, 8);
  try {
    expect((await bare.post(PATH, { statement: 'Dogs win', by: 'ana' })).body).toMatchObject({
      ...{ is_new: true, note: 'There is no encoder, so words were searched.' },
    });
    const { body } = await bare.get(`${PATH}?q=dog`);
    expect([body.searched_by, body.note]).toEqual(['words', 'There is no encoder, so words were searched.']);
    expect(idsOf(body)).toHaveLength(1);
  } finally {
    await bare.stop();
  }
});
