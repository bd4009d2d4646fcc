import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIELD_LIMIT } from '../../../src/clients/claude/insights-question.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import { DATABASES, useDatabase } from '../../clients/postgres/fixtures.js';
import { aClaim, anAnswer, FakeClaude, type Reaction } from '../../support/fake-claude.js';
import {
  creative,
  endedTest,
  extractor,
  LIMIT,
  LOSER,
  pngWith,
  SENT_AT,
  WINNER,
  withPictures,
} from './support.js';

const OFFLINE = 'These insights come from the attributes that differ between the two ads, without Claude.';
const QUESTION = aClaim({
  text: 'The headline asks about a problem that the reader knows',
  quote: 'Cold feet at night?',
  attribute_id: 'question_mark',
});

/** What Claude does, and what a user reads and the record keeps then. `cost`: millionths of a dollar; null if unknown. */
const FAILURES: Record<
  string,
  { reaction: Reaction; sentence: string; outcome: string; cost: number | null }
> = {
  '429': {
    reaction: { status: 429, retryAfter: '7' },
    sentence: `Claude asks to wait (HTTP 429). It was asked 2 times. ${OFFLINE}`,
    outcome: 'rate_limited',
    cost: 0,
  },
  '529': {
    reaction: { status: 529 },
    sentence: `Claude is overloaded (HTTP 529). It was asked 2 times. ${OFFLINE}`,
    outcome: 'overloaded',
    cost: 0,
  },
  '500': {
    reaction: { status: 500 },
    sentence: `Claude has an error of its own (HTTP 500). It was asked 2 times. ${OFFLINE}`,
    outcome: 'server_error',
    cost: 0,
  },
  'a lost connection': {
    reaction: 'reset',
    sentence: `Claude could not be reached. It was asked 2 times. ${OFFLINE}`,
    outcome: 'no_connection',
    cost: null,
  },
  'silence until the time-out': {
    reaction: 'silence',
    sentence: `Claude gave no answer in time. It was asked 2 times. ${OFFLINE}`,
    outcome: 'timed_out',
    cost: null,
  },
  'an answer that stalls': {
    reaction: 'stall',
    sentence: `Claude gave no answer in time. It was asked 2 times. ${OFFLINE}`,
    outcome: 'timed_out',
    cost: null,
  },
  'a connection that is lost in the middle of an answer': {
    reaction: 'cut',
    sentence: `Claude could not be reached. It was asked 2 times. ${OFFLINE}`,
    outcome: 'no_connection',
    cost: null,
  },
  '400': {
    reaction: { status: 400 },
    sentence: `Claude refuses the question as malformed (HTTP 400). ${OFFLINE}`,
    outcome: 'bad_request',
    cost: 0,
  },
  '401': {
    reaction: { status: 401 },
    sentence: `Claude refuses the key (HTTP 401): check ANTHROPIC_API_KEY. ${OFFLINE}`,
    outcome: 'key_refused',
    cost: 0,
  },
  '402': {
    reaction: { status: 402 },
    sentence: `Claude asks for payment (HTTP 402): check the credit of the account that ANTHROPIC_API_KEY belongs to. ${OFFLINE}`,
    outcome: 'payment_required',
    cost: 0,
  },
  '403': {
    reaction: { status: 403 },
    sentence: `The key may not use this model (HTTP 403): check INSIGHTS_MODEL and the rights of the key. ${OFFLINE}`,
    outcome: 'not_permitted',
    cost: 0,
  },
  '404': {
    reaction: { status: 404 },
    sentence: `Claude doesn't know this model (HTTP 404): check INSIGHTS_MODEL. ${OFFLINE}`,
    outcome: 'unknown_model',
    cost: 0,
  },
  '413': {
    reaction: { status: 413 },
    sentence: `The question is too large for Claude (HTTP 413). ${OFFLINE}`,
    outcome: 'too_large',
    cost: 0,
  },
  '422': {
    reaction: { status: 422 },
    sentence: `Claude refuses the question as malformed (HTTP 422). ${OFFLINE}`,
    outcome: 'bad_request',
    cost: 0,
  },
  'a refusal': {
    reaction: { text: '', stopReason: 'refusal' },
    sentence: `Claude declined to answer. ${OFFLINE}`,
    outcome: 'refused',
    cost: 4_500,
  },
  'a truncated answer': {
    reaction: { text: '{"claims": [', stopReason: 'max_tokens' },
    sentence: `Claude's answer was cut off. ${OFFLINE}`,
    outcome: 'truncated',
    cost: 4_500,
  },
  'invalid JSON': {
    reaction: { text: 'The winner won because' },
    sentence: `Claude's answer is no valid JSON. ${OFFLINE}`,
    outcome: 'invalid_json',
    cost: 4_500,
  },
  'an answer that is no message': {
    reaction: { body: '<html>' },
    sentence: `Claude's answer is no valid JSON. ${OFFLINE}`,
    outcome: 'invalid_json',
    cost: null,
  },
  'a schema violation': {
    reaction: { answer: { ...anAnswer([QUESTION]), decision: 'promote' } },
    sentence: `Claude's answer doesn't have the form that was asked for. ${OFFLINE}`,
    outcome: 'schema_violation',
    cost: 4_500,
  },
  'an empty answer': {
    reaction: { text: ' ' },
    sentence: `Claude's answer is empty. ${OFFLINE}`,
    outcome: 'empty_answer',
    cost: 4_500,
  },
};
const RETRIED = [
  ...['429', '529', '500', 'a lost connection', 'silence until the time-out'],
  ...['an answer that stalls', 'a connection that is lost in the middle of an answer'],
];

describe.each(DATABASES)('what can go wrong, on $database', ({ kind }) => {
  const db = useDatabase(kind);
  let claude: FakeClaude;
  let store: Store;
  let accountId: string;
  beforeAll(async () => {
    claude = await FakeClaude.start();
  });
  afterAll(() => claude.stop());
  beforeEach(() => {
    claude.asked.length = 0;
    claude.react = () => ({ answer: anAnswer([QUESTION]) });
    accountId = db.account();
    store = db.store(accountId);
  });
  const paid = (timeoutMs = 5_000) => ({ client: claude.client({ timeoutMs }), monthlyLimit: LIMIT });

  it.each(Object.entries(FAILURES))(
    '%s: offline, with the sentence and the cost',
    async (name, { reaction, sentence, outcome, cost }) => {
      await endedTest(store, accountId);
      claude.react = () => reaction;
      const timeoutMs = reaction === 'silence' || reaction === 'stall' ? 200 : 5_000;
      const { extraction, ...found } = await extractor({ store, claude: paid(timeoutMs) }).extract('socks', {
        tries: 2,
      });
      expect(extraction.status).toBe('offline');
      expect(found.sentence).toBe(sentence);
      expect(extraction.claims.map(({ attributeId }) => attributeId)).toEqual(
        expect.arrayContaining(['question_mark', 'free']),
      );
      const calls = await store.listCalls('socks', 1);
      expect(calls).toHaveLength(RETRIED.includes(name) ? 2 : 1);
      for (const call of calls) expect([call.outcome, call.cost]).toEqual([outcome, cost]);
      // A question whose cost is unknown counts as the dearest that it can have been.
      const spent = calls.reduce((sum, call) => sum + (call.cost ?? call.reserved), 0);
      expect(await store.spentInMonth(SENT_AT)).toBe(spent);
    },
  );

  it('429: the wait that Claude asks for is passed on', async () => {
    await endedTest(store, accountId);
    claude.react = () => ({ status: 429, retryAfter: '7' });
    const { outcomes } = await extractor({ store, claude: paid() }).extract();
    expect(outcomes).toEqual([
      { kind: 'wait', failure: { code: 'rate_limited', status: 429 }, retryAfterMs: 7_000 },
    ]);
  });

  it('a failure that may pass: pending, with the sentence, until it is asked again', async () => {
    await endedTest(store, accountId);
    claude.react = () => ({ status: 529 });
    const { activities, ask } = extractor({ store, claude: paid() });
    await activities.dueExtraction('socks');
    await ask('socks', 1, 'as_is', 0);
    expect(await store.latestExtraction('socks')).toMatchObject({
      status: 'pending',
      reason: { code: 'waiting', failure: { code: 'overloaded', status: 529 }, tries: 1 },
    });
  });

  it("a quote that isn't in the creative: extracted, and that claim is dropped", async () => {
    await endedTest(store, accountId);
    const invented = aClaim({ text: 'It promises fast delivery', quote: 'Delivered tomorrow' });
    claude.react = () => ({ answer: anAnswer([QUESTION, invented]) });
    const { extraction } = await extractor({ store, claude: paid() }).extract();
    expect(extraction.status).toBe('extracted');
    expect(extraction.dropped.map(({ code, claim }) => [code, claim.text])).toContainEqual([
      'quote_not_found',
      'It promises fast delivery',
    ]);
  });

  it('a test without texts: failed, and Claude is not asked', async () => {
    await endedTest(store, accountId, { winner: creative(), loser: creative() });
    const { extraction, sentence } = await extractor({ store, claude: paid() }).extract();
    expect(extraction).toMatchObject({ status: 'failed', claims: [] });
    expect(sentence).toBe(
      'Neither a text nor a picture of both ads is on record, so there is nothing to compare.',
    );
    expect(claude.asked).toHaveLength(0);
  });

  it('20,000 characters: Claude is given the first 4,000, and a note says so', async () => {
    const text = `${'warm wool '.repeat(2_000)}END`;
    await endedTest(store, accountId, { winner: { ...WINNER, text } });
    const { extraction } = await extractor({ store, claude: paid() }).extract();
    expect(extraction.status).toBe('extracted');
    expect(claude.asked[0]!.winner.fields.text).toHaveLength(FIELD_LIMIT);
    expect(extraction.notes).toEqual([
      'The text of the winner has 20003 characters: Claude was given the first 4000.',
    ]);
  });

  it("a file that isn't an image: left out with a note, and claims about it are dropped", async () => {
    await endedTest(store, accountId);
    claude.react = () => ({
      answer: anAnswer([QUESTION, aClaim({ field: 'picture', visible: 'A smiling woman', text: 'Smiles' })]),
    });
    const creatives = withPictures(new TextEncoder().encode('<html>not a picture</html>'));
    const { extraction } = await extractor({ store, ranCreatives: creatives, claude: paid() }).extract();
    expect(extraction.status).toBe('extracted');
    expect(extraction.notes).toContain(
      'The picture of the winner was left out: the file is no image that can be shown.',
    );
    expect(extraction.dropped.map(({ code }) => code)).toContain('no_picture');
    expect(claude.asked[0]!.winner.picture).toBeNull();
  });

  it('a picture: it is shown, and what is visible in both answers is kept for the ads', async () => {
    await endedTest(store, accountId);
    const seen = { woman: 'A smiling woman', socks: 'Two socks' };
    claude.react = ({ winner }) => ({
      answer: anAnswer([QUESTION], {
        visual_notes: winner.fields.headline?.includes('?')
          ? { winner: seen.woman, loser: seen.socks }
          : { winner: seen.socks, loser: `${seen.woman}, from close by` },
      }),
    });
    const creatives = withPictures(pngWith('nothing'));
    const { extraction } = await extractor({ store, ranCreatives: creatives, claude: paid() }).extract();
    expect(claude.asked[0]!.winner.picture).toContain('PNG');
    expect(extraction.visualNotes).toEqual({ 'challenger-1': seen.woman, control: seen.socks });
    expect((await store.visualNotes()).get('socks')).toEqual(extraction.visualNotes);
  });

  it('what is visible by the label alone: it is not used, and the sentence says so', async () => {
    await endedTest(store, accountId);
    claude.react = () => ({
      answer: anAnswer([], { visual_notes: { winner: 'A smiling woman', loser: 'Two socks' } }),
    });
    const creatives = withPictures(pngWith('nothing'));
    const { extraction, sentence } = await extractor({
      ...{ store, ranCreatives: creatives, claude: paid() },
    }).extract();
    expect(extraction.visualNotes).toEqual({});
    expect(extraction.reason).toEqual({ code: 'extracted', kept: 0, dropped: 0, droppedNotes: 2 });
    expect(sentence).toBe(
      'Claude compared the two ads: 0 claims were kept and 0 dropped. With winner and loser exchanged, it describes 2 pictures differently: what it saw there is not used.',
    );
  });

  it('characters that Postgres cannot store: they are removed', async () => {
    await endedTest(store, accountId);
    claude.react = () => ({ answer: anAnswer([{ ...QUESTION, text: 'It asks\u0000 a question\ud800' }]) });
    const { extraction } = await extractor({ store, claude: paid() }).extract();
    expect(extraction.claims.map(({ text }) => text)).toEqual(['It asks a question']);
  });

  it('no key: offline', async () => {
    await endedTest(store, accountId);
    const { extraction, sentence } = await extractor({ store }).extract();
    expect(extraction.status).toBe('offline');
    expect(sentence).toBe(`ANTHROPIC_API_KEY is not set. ${OFFLINE}`);
  });

  it.each([
    ['no_winner', false, 'The test has no winner, so there is nothing to learn from one.'],
    ['reverted', true, 'The promotion was reverted, so no winner stands.'],
    ['stopped', false, 'The test was stopped before a winner stood.'],
  ] as const)('a test that ended as %s: not applicable', async (state, promoted, expected) => {
    await endedTest(store, accountId, { state, promoted, reason: { code: 'restored' } });
    const { extraction, sentence } = await extractor({ store, claude: paid() }).extract();
    expect(extraction.status).toBe('not_applicable');
    expect(sentence).toBe(expected);
    expect(claude.asked).toHaveLength(0);
  });

  describe('the limit per month', () => {
    const limited = (monthlyLimit: number) => ({ client: claude.client(), monthlyLimit });

    it('of 0: offline, and Claude is not asked', async () => {
      await endedTest(store, accountId);
      const { extraction, sentence } = await extractor({ store, claude: limited(0) }).extract();
      expect(extraction.status).toBe('offline');
      expect(sentence).toBe(`INSIGHTS_MONTHLY_LIMIT is 0. ${OFFLINE}`);
      expect(claude.asked).toHaveLength(0);
    });

    it('that another question could exceed: offline, with both amounts', async () => {
      await endedTest(store, accountId);
      await endedTest(store, accountId, { id: 'later', winner: WINNER, loser: LOSER });
      const { client } = limited(LIMIT);
      await extractor({ store, claude: paid() }).extract();
      const spent = await store.spentInMonth(SENT_AT);
      expect(spent).toBe(9_000);
      const asked = claude.asked.length;
      const { extraction, sentence } = await extractor({
        store,
        claude: { client, monthlyLimit: spent + 10 },
      }).extract('later');
      expect(extraction.status).toBe('offline');
      expect(sentence).toBe(
        `Another question to Claude could exceed this month's limit: USD 0.0090 of USD 0.0090 are used (INSIGHTS_MONTHLY_LIMIT). ${OFFLINE}`,
      );
      expect(claude.asked).toHaveLength(asked);
    });

    it('is that of a calendar month', async () => {
      await endedTest(store, accountId);
      await extractor({ store, claude: paid() }).extract();
      expect(await store.spentInMonth(Date.UTC(2026, 10, 30, 23, 59))).toBe(9_000);
      expect(await store.spentInMonth(Date.UTC(2026, 11, 1))).toBe(0);
    });
  });
});
