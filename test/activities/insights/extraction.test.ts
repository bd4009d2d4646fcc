import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/clients/postgres/types.js';
import { DATABASES, useDatabase } from '../../clients/postgres/fixtures.js';
import { aClaim, anAnswer, FakeClaude } from '../../support/fake-claude.js';
import { endedTest, extractor, LIMIT, LOSER } from './support.js';

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

  it("knows the account's brands, with Claude and without", async () => {
    const winner = { ...LOSER, headline: 'Woolly keeps feet warm' };
    await endedTest(store, accountId, { winner });
    const brandNames = ['Woolly'];
    const { extraction } = await extractor({ store, brandNames }).extract();
    expect(extraction.claims.map(({ attributeId }) => attributeId)).toContain('brand_first');

    // A claim on a brand that the ad does not have is seen through.
    const brand = { text: 'The brand comes first', attribute_id: 'brand_first' };
    const quote = 'Wool socks for winter nights';
    claude.react = ({ winner: shown }) => ({
      answer: anAnswer(shown.fields.headline === quote ? [] : [aClaim({ ...brand, side: 'loser', quote })]),
    });
    await store.requestExtraction({ experimentId: 'socks', key: 'asked 1', by: 'ana', at: 0 });
    const again = await extractor({ store, brandNames, claude: paid() }).extract();
    expect(again.extraction.dropped.map(({ code }) => code)).toEqual(['attribute_absent']);
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
