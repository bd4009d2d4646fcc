import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/clients/postgres/types.js';
import { DATABASES, useDatabase } from '../../clients/postgres/fixtures.js';
import { aClaim, anAnswer, FakeClaude } from '../../support/fake-claude.js';
import { endedTest, extractor, LIMIT } from './support.js';

const QUESTION = aClaim({
  kind: 'hook_pattern',
  text: 'The headline asks about a problem that the reader knows',
  quote: 'Cold feet at night?',
  attribute_id: 'question_mark',
});
const SHORT = aClaim({ text: 'A short headline is easy to read', quote: 'Cold feet at night?' });
const INVENTED = aClaim({ text: 'It promises delivery tomorrow', quote: 'delivered tomorrow' });

describe.each(DATABASES)('extraction on $database', ({ kind }) => {
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
    accountId = db.account();
    store = db.store(accountId);
  });
  const paid = () => ({ client: claude.client(), monthlyLimit: LIMIT });

  it('keeps what is founded and drops what is said of either ad', async () => {
    await endedTest(store, accountId);
    claude.react = ({ winner }) => ({
      answer: winner.fields.headline?.includes('?')
        ? anAnswer([QUESTION, SHORT, INVENTED])
        : anAnswer([
            aClaim({ text: 'Short headlines are easy to read', quote: 'Wool socks for winter nights' }),
          ]),
    });
    const { extraction, sentence } = await extractor({ store, claude: paid() }).extract();
    expect(extraction.status).toBe('extracted');
    expect(extraction.claims.map(({ text }) => text)).toEqual([QUESTION.text]);
    expect(extraction.dropped.map(({ code, like }) => [code, like])).toEqual([
      ['comes_back', 'Short headlines are easy to read'],
      ['quote_not_found', null],
    ]);
    expect(sentence).toBe('Claude compared the two ads: 1 claim was kept and 2 dropped.');
    expect(extraction.confidence).toBeCloseTo(0.8 / 3);
    expect(claude.asked).toHaveLength(2);
  });

  it('makes a stated pattern of what it keeps, with this test', async () => {
    await endedTest(store, accountId);
    claude.react = () => ({ answer: anAnswer([QUESTION]) });
    const { extraction } = await extractor({ store, claude: paid() }).extract();
    const [claim] = extraction.claims;
    const pattern = await store.getPattern(claim!.patternId!);
    expect(pattern).toMatchObject({
      statement: QUESTION.text,
      attributeId: 'question_mark',
      statedBy: 'Claude, test socks',
      statedSign: 1,
    });
  });
});
