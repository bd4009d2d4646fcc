import { describe, expect, it } from 'vitest';
import { stateReasonOf } from '../../../src/domain/experiment.js';
import { deliveryMessage, promotionMessage } from '../../../src/domain/messages/rollout-messages.js';
import { AT, anExperiment, everyKind, PERSON_HOLD, transitionTo } from '../../support/messages.js';

const gate = { code: 'gate', detail: 'Something.' } as const;

describe('a change of state', () => {
  it.each([
    ['awaiting_approval', 'running', 'approval_wanted'],
    ['needs_attention', 'reverting', 'needs_attention'],
    ['reverting', 'rolling_out', 'revert'],
    ['reverted', 'reverting', 'revert'],
    ['stopped', 'reverting', 'revert'],
    ['running', 'reverting', 'revert'],
    ['no_winner', 'running', 'no_winner'],
  ] as const)('to %s from %s is a message of the kind %s', (to, from, kind) => {
    expect(transitionTo(to, gate, { from })).toMatchObject({ kind, experimentId: 'spring-sale', at: AT });
  });

  it.each([
    ['rolling_out', 'running'],
    ['verifying', 'rolling_out'],
    ['completed', 'verifying'],
    ['paused', 'running'],
    ['running', 'awaiting_approval'],
    ['stopped', 'running'],
    ['rolling_out', 'held'],
    ['needs_attention', 'needs_attention'],
  ] as const)('to %s from %s is none', (to, from) => {
    expect(transitionTo(to, gate, { from })).toBeNull();
  });

  it('to held is told only if someone must act, and once', () => {
    expect(transitionTo('held', gate, { hold: PERSON_HOLD })).toMatchObject({ kind: 'hold' });
    expect(transitionTo('held', gate, { hold: { ...PERSON_HOLD, endsItself: true } })).toBeNull();
    expect(transitionTo('held', gate, { hold: PERSON_HOLD, from: 'held' })).toBeNull();
  });

  it('to held by a freeze is news: nobody must act', () => {
    const hold = { ...PERSON_HOLD, code: 'freeze' as const, endsItself: true };
    const detail = 'Frozen until Mon 30 Nov 08:00 (Europe/Berlin): Weekend.';
    const message = transitionTo('held', { code: 'phase_waits', phase: '70', detail }, { hold })!;
    expect(message).toMatchObject({
      kind: 'hold',
      content: { tone: 'news', text: `Phase 70 waits: ${detail}` },
    });
    expect(transitionTo('held', gate, { hold, from: 'held' })).toBeNull();
  });

  it('is told in the sentence of the page, with the budgets, and with who acted and why', () => {
    const amounts = { 22: 24_000 };
    const reason = { code: 'paused', by: 'ana', because: 'a typo', amounts } as const;
    const message = transitionTo('held', reason, { hold: PERSON_HOLD })!;
    expect(message.content.text).toBe(stateReasonOf(anExperiment({ reason })));
    expect(message.content).toMatchObject({
      budgets: [{ variantId: 'challenger', adSetId: '22', amount: 24_000, before: 20_000 }],
      by: 'ana',
      because: 'a typo',
      path: '/experiments/spring-sale',
    });
  });

  it('that ends a revert names every budget as it was before', () => {
    const message = transitionTo('reverted', { code: 'restored' }, { from: 'reverting' })!;
    expect(message.content.budgets).toMatchObject([
      { variantId: 'control', amount: 20_000, before: 20_000 },
      { variantId: 'challenger', amount: 20_000, before: 20_000 },
    ]);
  });
});

describe('the message about a promotion', () => {
  const promotion = {
    winnerVariantId: 'challenger',
    status: 'in_progress',
    by: 'rule',
    reason: 'challenger wins.',
    forced: false,
    plan: { winnerAdSetId: '22', base: { 11: 20_000, 22: 20_000 }, phases: [], skipped: [] },
  };
  const told = (changes: Partial<typeof promotion>, reason = anExperiment().reason) =>
    promotionMessage({
      experiment: anExperiment({ reason }),
      promotion: { ...promotion, ...changes },
      phase: '60',
      targets: { 11: 16_000, 22: 24_000 },
      atRisk: 'At risk: nothing.',
      at: AT,
    }).content;

  it('says why, and what was written', () => {
    const held = { code: 'hold_over' } as const;
    expect(told({}, held).text).toBe(
      'challenger wins. Meta confirms USD 240.00 per day for challenger (phase 60). At risk: nothing.',
    );
    expect(told({}, { code: 'promoted', detail: 'By the rule.' }).text).toMatch(
      /^By the rule\. Meta confirms /,
    );
  });

  it('says who forced it', () => {
    expect(told({ by: 'ana', reason: 'a launch', forced: true })).toMatchObject({
      text: expect.stringMatching(/^Promoted by force by ana: a launch\. Meta confirms /),
      by: 'ana',
      because: 'a launch',
    });
  });

  it('in shadow says that nothing was written', () => {
    expect(told({ status: 'shadow' })).toMatchObject({
      title: 'In shadow, challenger would be promoted: Spring sale',
      text: expect.stringContaining('nothing was written'),
    });
  });
});

describe('the message about delivery', () => {
  const silent = { code: 'no_delivery', level: 'block', message: 'control: 7 h without delivery' } as const;
  const starved = { code: 'starved', level: 'warn', message: 'control: too few' } as const;

  it('comes with the first look that finds it', () => {
    const content = deliveryMessage(anExperiment(), [silent], [], AT)!.content;
    expect(content.text).toBe('control: 7 h without delivery.');
    expect(deliveryMessage(anExperiment(), [silent], [silent], AT)).toBeNull();
    expect(deliveryMessage(anExperiment(), [silent, starved], [silent], AT)).not.toBeNull();
    expect(deliveryMessage(anExperiment(), [], [], AT)).toBeNull();
  });
});

describe('every message', () => {
  it('has a title and a text', () => {
    for (const { content } of everyKind('Fine.', 'Spring sale'))
      expect([content.title, content.text, content.path]).toEqual([
        expect.stringMatching(/\w/),
        expect.stringMatching(/\w/),
        expect.stringMatching(/^\//),
      ]);
  });
});
