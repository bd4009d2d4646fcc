import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoResult, runDemo } from '../../../src/tools/demo/demo.js';
import { DemoDocument } from '../../../src/tools/demo/document.js';
import { summarise } from '../../../src/tools/demo/summary.js';
import { CLAUDE_KEY, CLAUDE_MODEL, CLAUDE_PRICE, FakeClaude } from '../../support/fake-claude.js';

/** What this Claude knows to write: each changes one thing of the winner. */
const WRITTEN = [
  { headline: 'The new trail jacket is here. Ready?', attribute_id: 'question_mark' },
  { headline: 'The new trail jacket is here!', attribute_id: 'exclamation_mark' },
  { headline: 'Remember: the new trail jacket is here', attribute_id: 'starts_with_imperative' },
  { headline: 'The new trail jacket is here. No fuss.', attribute_id: 'negation' },
  { headline: 'At last, the new trail jacket is here', attribute_id: 'comma' },
  { headline: 'The new trail jacket is here. For you.', attribute_id: 'you_or_your' },
  { headline: 'The new trail jacket is here. Then decide.', attribute_id: 'turn_in_time' },
].map((draft) => ({ ...draft, text: '', direction: 'add' }));

describe('the loop in the demo, with Claude', () => {
  let claude: FakeClaude;
  let result: DemoResult;
  beforeAll(async () => {
    claude = await FakeClaude.start();
    const insights = claude.react;
    claude.react = (asked, number) =>
      JSON.stringify(asked.body).includes('read_brief')
        ? { answer: { drafts: WRITTEN } }
        : insights(asked, number);
    result = await runDemo({
      seed: 1,
      scenarios: ['compound_learning'],
      loopTests: 2,
      limitSeconds: 140,
      settings: {
        TIME_SCALE: '7200',
        ANTHROPIC_API_KEY: CLAUDE_KEY,
        ANTHROPIC_BASE_URL: claude.url,
        INSIGHTS_MODEL: CLAUDE_MODEL,
        INSIGHTS_PRICES: `${CLAUDE_MODEL}=${CLAUDE_PRICE.input}/${CLAUDE_PRICE.output}`,
      },
    });
  }, 240_000);
  afterAll(() => claude?.stop());

  it('makes two tests of drafts in a row, the second from the winner of the first, and the books agree', () => {
    const document = DemoDocument.parse(JSON.parse(JSON.stringify(result.document)));
    const [scenario] = document.scenarios;
    expect(scenario).toMatchObject({ name: 'compound_learning', passed: true });
    expect(result.scenarios[0]!.failure).toBeNull();
    expect(document.books).toMatchObject({ agree: true, disagreements: [] });
    const [first, second] = scenario!.loop!.tests;
    expect([first!.starts_from, second!.starts_from]).toEqual([null, 'compound-1']);
    const winner = first!.ads.find((ad) => ad.variant_id === first!.winner_variant_id)!;
    expect(second!.ads[0]).toMatchObject({
      headline: winner.headline,
      text: winner.text,
      true_click_rate: winner.true_click_rate,
      draft_id: null,
    });
  });

  it('tests what Claude wrote, and learns from each test before the next brief', () => {
    const { tests } = result.document.scenarios[0]!.loop!;
    expect(tests.map((test) => test.drafts_by)).toEqual(['claude', 'claude']);
    const written = WRITTEN.map(({ headline }) => headline);
    for (const test of tests)
      for (const { headline } of test.ads.slice(1)) expect(written).toContain(headline);
    expect(tests.map((test) => test.learned?.tests)).toEqual([1, 2]);
    const briefs = claude.received.filter((body) => body.includes('read_brief'));
    expect(briefs).toHaveLength(2);
    // The second question has the patterns that the first test made, and the winner.
    expect(briefs[0]).not.toContain('learned elsewhere (from');
    expect(briefs[1]).toContain('learned elsewhere (from');
    expect(briefs[1]).toContain(tests[1]!.ads[0]!.headline);
  });

  it('says what drafts with, without and with shuffled patterns would have reached', () => {
    const { simulated } = result.document.scenarios[0]!.loop!;
    for (const runs of Object.values(simulated)) expect(runs.length).toBeGreaterThan(1);
    const text = summarise(result);
    for (const line of ['with patterns  ', 'without patterns  ', 'with shuffled ones  '])
      expect(text).toContain(line);
    expect(text).toContain('Drafts: 2 of 2 times by Claude');
    expect(text).not.toContain(CLAUDE_KEY);
  });
});
