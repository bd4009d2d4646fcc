import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { insightSentence } from '../../src/domain/insights/sentences.js';
import { aClaim, anAnswer, FakeClaude } from '../support/fake-claude.js';
import { startWorld, type World } from '../support/world.js';

const CLEAR = [0.02, 0.034];
const HEADLINES = ['Wool socks for winter nights', 'Cold feet at night?'];
const SHORT_VERIFICATION = { verification: { settleHours: 24, windowHours: 24 } };
const QUESTION = aClaim({
  kind: 'hook_pattern',
  text: 'The headline asks about a problem that the reader knows',
  quote: 'Cold feet at night?',
  attribute_id: 'question_mark',
});

let claude: FakeClaude;
let world: World;
beforeAll(async () => {
  claude = await FakeClaude.start();
  world = await startWorld({
    kind: 'time-skipping',
    claude: { client: claude.client({ timeoutMs: 1_000 }), monthlyLimit: 10_000_000 },
  });
});
afterAll(async () => {
  await world?.stop();
  await claude.stop();
});
beforeEach(() => {
  claude.asked.length = 0;
  claude.react = () => ({ answer: anAnswer([QUESTION]) });
});

const begin = (id: string, policy = {}) =>
  world.begin({ id, clickRates: CLEAR, headlines: HEADLINES, policy: { ...SHORT_VERIFICATION, ...policy } });

async function completed(id: string): Promise<Experiment> {
  const experiment = await begin(id);
  await world.until(experiment, ['verifying'], 80);
  return world.until(experiment, ['completed'], 3 * 24);
}

const settled = (id: string) =>
  vi.waitFor(
    async () => {
      const extraction = await world.store.latestExtraction(id);
      expect(extraction?.finishedAt ?? null).not.toBeNull();
      return extraction!;
    },
    { timeout: 20_000, interval: 100 },
  );

const runOf = (id: string) => world.client.workflow.getHandle(world.names.insightsId(id));

describe('insights', () => {
  it('are extracted when a test has ended with a winner', async () => {
    await completed('won');
    const extraction = await settled('won');
    expect(extraction).toMatchObject({ status: 'extracted', number: 1, requestedBy: 'service' });
    expect(extraction.claims.map(({ text }) => text)).toEqual([QUESTION.text]);
    expect(claude.asked).toHaveLength(2);
    await runOf('won').result();
  });

  it('are not extracted before the end: nothing of a test waits for Claude', async () => {
    claude.react = () => 'silence';
    const experiment = await begin('silent');
    await world.until(experiment, ['verifying'], 80);
    expect(claude.asked).toHaveLength(0);
    const ended = await world.until(experiment, ['completed'], 3 * 24);
    expect(ended.winnerVariantId).toBe('challenger');
    expect(await world.store.listLedger('silent')).toHaveLength(6);
    claude.react = () => ({ answer: anAnswer([QUESTION]) });
    await world.pass(1);
    expect((await settled('silent')).status).toBe('extracted');
  });

  it('do not apply to a test without a winner, and Claude is not asked', async () => {
    const experiment = await world.begin({
      id: 'none',
      clickRates: [0.02, 0.02],
      headlines: HEADLINES,
      policy: { horizonHours: 72 },
    });
    await world.until(experiment, ['no_winner'], 73);
    const extraction = await settled('none');
    expect(extraction.status).toBe('not_applicable');
    expect(insightSentence(extraction.reason)).toBe(
      'The test has no winner, so there is nothing to learn from one.',
    );
    expect(claude.asked).toHaveLength(0);
  });

  it('wait while Claude is overloaded, and are extracted then', async () => {
    claude.react = (_, number) => (number <= 2 ? { status: 529 } : { answer: anAnswer([QUESTION]) });
    await completed('overloaded');
    for (let hours = 0; hours < 3; hours++) await world.pass(1);
    const extraction = await settled('overloaded');
    expect(extraction.status).toBe('extracted');
    expect((await world.store.listCalls('overloaded', 1)).map(({ outcome }) => outcome)).toEqual([
      'overloaded',
      'overloaded',
      'answered',
      'answered',
    ]);
  });

  it('go offline if Claude is overloaded for a day', async () => {
    claude.react = () => ({ status: 529 });
    await completed('down');
    for (let hours = 0; hours < 12; hours++) await world.pass(1);
    const extraction = await settled('down');
    expect(extraction.status).toBe('offline');
    expect(insightSentence(extraction.reason)).toBe(
      'Claude is overloaded (HTTP 529). It was asked 7 times. These insights come from the attributes that differ between the two ads, without Claude.',
    );
    expect(extraction.claims.map(({ attributeId }) => attributeId)).toContain('question_mark');
  });
});
