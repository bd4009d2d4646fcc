import { describe, expect, it } from 'vitest';
import {
  type ReasonCode,
  reasonSentence,
  type StateReason,
  standInWords,
} from '../../src/domain/state-reason.js';

const ana = { by: 'ana', because: 'the sale ends.' };
const amounts = { '1': 8_000, '2': 12_000 };
const base = { '1': 10_000, '2': 10_000 };

/** Reasons and their sentences by code. The type makes a missing code an error. */
const SENTENCES: Record<ReasonCode, [Omit<StateReason, 'code'>, string][]> = {
  recorded: [[{ detail: 'From before.' }, 'From before.']],
  started: [[{}, 'The test has started.']],
  paused: [
    [
      { by: 'ana', because: 'a typo', amounts: { '1': 8_000 } },
      'Paused by ana: a typo. The budgets stand at ad set 1 at USD 80.00.',
    ],
    [ana, 'Paused by ana: the sale ends.'],
    [
      { ...ana, amounts },
      'Paused by ana: the sale ends. The budgets stand at ad set 1 at USD 80.00, ad set 2 at USD 120.00.',
    ],
  ],
  resumed: [[ana, 'Resumed by ana: the sale ends.']],
  stopped: [[ana, 'Stopped by ana: the sale ends.']],
  approval_asked: [[{ detail: 'b wins.' }, 'b wins. Someone must approve it.']],
  approval_lapsed: [[{ hours: 72 }, 'Nobody approved within 72 h; the test goes on.']],
  no_winner: [[{ detail: 'The planned 28 days are over.' }, 'The planned 28 days are over.']],
  time_over: [
    [
      { winnerVariantId: 'b', detail: 'no budget.' },
      'The planned time is over and b is not promoted: no budget.',
    ],
  ],
  promoted: [[{ detail: 'b wins.' }, 'b wins.']],
  approved: [
    [
      { ...ana, detail: 'The last look said: b wins.' },
      'Approved by ana: the sale ends. The last look said: b wins.',
    ],
  ],
  forced: [
    [
      { by: 'ana', because: 'launch', detail: 'There was no look before.' },
      'Promoted by force by ana: launch. There was no look before.',
    ],
  ],
  phase_waits: [
    [{ phase: '70', detail: 'Meta asks to wait.' }, 'Phase 70 waits: Meta asks to wait.'],
    [
      { phase: '70', detail: 'No answer.', amounts: { '1': 8_000 }, unreadable: ['2'] },
      'Phase 70 waits: No answer. The budgets stand at ad set 1 at USD 80.00; ad set 2 could not be read.',
    ],
  ],
  hold_over: [[{}, 'The hold is over; the rollout goes on.']],
  freeze_over: [
    [
      { winnerVariantId: 'b', hours: 60 },
      'The freeze is over. The decision on b is 60 h old: fresh data is looked at before any budget moves.',
    ],
    [
      { winnerVariantId: 'b', drops: 'c', hours: 7 },
      'The freeze is over. The decision to drop c is 7 h old: fresh data is looked at before any budget moves.',
    ],
  ],
  dropping: [
    [
      { winnerVariantId: 'b', drops: 'c' },
      'b has beaten c: c is dropped, and its budget goes to the other ads.',
    ],
  ],
  dropped: [
    [
      { drops: 'c', amounts },
      'c was dropped; the budgets were read back: ad set 1 at USD 80.00, ad set 2 at USD 120.00. The test goes on without it.',
    ],
    [
      { drops: 'c', amounts, shadow: true },
      'Shadow: dropping c would have set ad set 1 at USD 80.00, ad set 2 at USD 120.00; nothing was written. c is compared no more.',
    ],
  ],
  withdrawn: [
    [
      { winnerVariantId: 'b', drops: 'c', hours: 6 },
      'c is not dropped yet: the decision is 6 h old. No budget was moved; the test goes on.',
    ],
    [
      { winnerVariantId: 'b', hours: 6, before: { code: 'phase_waits', phase: '60', detail: 'No answer.' } },
      'Phase 60 waits: No answer. The promotion of b is withdrawn: its decision is 6 h old. No budget was moved; the test goes on.',
    ],
  ],
  not_promoted: [
    [
      { winnerVariantId: 'b', before: { code: 'phase_failed', phase: '60', detail: 'Refused.' } },
      'b is not promoted: Phase 60 failed: Refused. No budget was moved; the test goes on.',
    ],
  ],
  phase_done: [
    [
      { phase: '60', winnerVariantId: 'b', amounts: { '2': 12_000 }, detail: 'At risk: nothing.' },
      'Meta confirms USD 120.00 per day for ad set 2 (phase 60). At risk: nothing.',
    ],
  ],
  rolled_out: [
    [
      { phase: '80', winnerVariantId: 'b', amounts: { '2': 16_000 }, detail: 'At risk: nothing.' },
      'Meta confirms USD 160.00 per day for ad set 2 (phase 80). At risk: nothing. The lift is being verified against the live control.',
    ],
    [
      {
        phase: '80',
        winnerVariantId: 'b',
        amounts: { '2': 16_000 },
        detail: 'At risk: nothing.',
        shadow: true,
      },
      'Shadow: phase 80 of b would have set ad set 2 at USD 160.00; nothing was written. At risk: nothing.',
    ],
  ],
  phase_failed: [
    [
      { phase: '70', detail: 'Refused.', restoring: true },
      'Phase 70 failed: Refused. The budgets are being restored.',
    ],
  ],
  retries_exhausted: [[{ detail: 'No answer.' }, 'Retries are exhausted: No answer.']],
  gate: [[{ detail: 'b is worse.', restoring: true }, 'b is worse. The budgets are being restored.']],
  revert_asked: [[ana, 'Reverted by ana: the sale ends.']],
  restore_asked: [
    [{ ...ana, endsIn: 'stopped' }, 'Stopped with restore by ana: the sale ends.'],
    [
      { by: 'bo', because: 'no', endsIn: 'stopped', before: { code: 'revert_asked', ...ana } },
      'Reverted by ana: the sale ends. Stopped with restore by bo: no.',
    ],
  ],
  retry_asked: [[{ by: 'ana', because: 'again' }, 'Tried again by ana: again.']],
  restored: [
    [
      { before: { code: 'phase_failed', phase: 'drop-c', detail: 'No.', restoring: true }, drops: 'c' },
      'Phase drop-c failed: No. The budgets are being restored. Every ad set is back at its base. The test goes on, and c is compared no more.',
    ],
    [
      { before: { code: 'revert_asked', ...ana } },
      'Reverted by ana: the sale ends. Every ad set is back at its base.',
    ],
    [
      { amounts: { '2': 9_000 } },
      'Every ad set was back at its base; someone has changed budgets since: ad set 2 at USD 90.00.',
    ],
  ],
  shadow_ended: [
    [
      { before: { code: 'revert_asked', ...ana } },
      'Reverted by ana: the sale ends. The rollout was in shadow: nothing was written.',
    ],
  ],
  not_restored: [
    [
      { detail: 'Refused.', base, amounts },
      'Refused. The base is ad set 1 at USD 100.00, ad set 2 at USD 100.00; now ad set 1 at USD 80.00, ad set 2 at USD 120.00.',
    ],
    [
      { detail: 'No answer.', base },
      'No answer. The base is ad set 1 at USD 100.00, ad set 2 at USD 100.00; the current budgets could not be read.',
    ],
  ],
  kept: [
    [ana, 'Stopped by ana: the sale ends. The budgets stay as they are.'],
    [
      { ...ana, amounts: { '1': 8_000 } },
      'Stopped by ana: the sale ends. The budgets stay as they are: ad set 1 at USD 80.00.',
    ],
  ],
  accepted: [
    [ana, 'The current budgets were accepted by ana: the sale ends.'],
    [
      { ...ana, amounts: { '1': 8_000 } },
      'The current budgets (ad set 1 at USD 80.00) were accepted by ana: the sale ends.',
    ],
  ],
  verification: [[{ detail: 'Verified.' }, 'Verified.']],
  promotion_lost: [
    [
      { detail: 'Check the ad sets 1, 2.' },
      "The record of this experiment's promotion is lost, so the budgets before it are not known. Check the ad sets 1, 2.",
    ],
  ],
  rollout_lost: [
    [{ winnerVariantId: 'b' }, 'A part of the record of this rollout is lost: b had been promoted.'],
  ],
};

describe('a reason in words', () => {
  const cases = Object.entries(SENTENCES).flatMap(([code, each]) =>
    each.map(([reason, sentence]): [StateReason, string] => [
      { code: code as ReasonCode, ...reason },
      sentence,
    ]),
  );
  it.each(cases)('$code', (reason, sentence) => {
    expect(reasonSentence(reason, 'USD', [])).toBe(sentence);
  });

  it('names ads by their headlines', () => {
    const ad = (id: string, headline: string) => ({ id, creative: { headline } });
    const ads = [ad('control', 'Winter'), ad('challenger-1', 'Summer')];
    expect(
      reasonSentence({ code: 'dropping', winnerVariantId: 'control', drops: 'challenger-1' }, 'USD', ads),
    ).toBe(
      '“Winter” (control) has beaten “Summer” (challenger-1): “Summer” is dropped, and its budget goes to the other ads.',
    );
  });

  it('names the ads whose budgets it says, not their ad sets', () => {
    const ads = [
      { id: 'control', adSetId: '1', creative: { headline: 'Winter' } },
      { id: 'challenger-1', adSetId: '2', creative: { headline: 'Summer' } },
    ];
    const done = { phase: '80', winnerVariantId: 'challenger-1', detail: 'At risk: nothing.' };
    expect(reasonSentence({ code: 'phase_done', ...done, amounts: { '2': 32_000 } }, 'USD', ads)).toBe(
      'Meta confirms USD 320.00 per day for “Summer” (phase 80). At risk: nothing.',
    );
    const stand = { amounts: { '1': 8_000 }, unreadable: ['2'] };
    expect(standInWords(stand, 'USD', ads)).toBe('“Winter” at USD 80.00; “Summer” could not be read');
  });

  it('names amounts in the account currency', () => {
    expect(standInWords({ amounts: { '1': 5_000 } }, 'JPY', [])).toBe('ad set 1 at JPY 5000');
  });

  it('is the same after the reason was stored as JSON', () => {
    for (const [reason, sentence] of cases)
      expect(reasonSentence(JSON.parse(JSON.stringify(reason)), 'USD', [])).toBe(sentence);
  });
});
