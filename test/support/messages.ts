import type { Posted } from '../../src/clients/webhook/types.js';
import { DEFAULT_POLICY, type Experiment, type ExperimentState } from '../../src/domain/experiment.js';
import { insightsMessage } from '../../src/domain/insights/message.js';
import { reportMessage, testContent } from '../../src/domain/messages/account-messages.js';
import type { MessageKind, NewMessage } from '../../src/domain/messages/message.js';
import {
  deliveryMessage,
  promotionMessage,
  verificationMessage,
} from '../../src/domain/messages/rollout-messages.js';
import { transitionMessage } from '../../src/domain/messages/transition-message.js';
import type { Hold } from '../../src/domain/rollout/hold.js';
import type { StateReason } from '../../src/domain/state-reason.js';

export const AT = Date.UTC(2026, 4, 12, 9);

/** Texts that users or Meta wrote: mark-up of both chats, mentions, and lengths beyond every limit. */
export const HOSTILE = {
  markup:
    '<!channel> <https://evil.example|click> & *bold* _it_ ~no~ `code` ||spoiler|| @everyone <@123> [a](b)',
  long: `${'A long reason with words & <tags> and *stars*. '.repeat(300)}`,
  oneWord: '&'.repeat(7_000),
  astral: '🙂'.repeat(4_000),
};

export function anExperiment(changes: Partial<Experiment> = {}): Experiment {
  const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
  return {
    id: 'spring-sale',
    name: 'Spring sale',
    environment: 'sandbox',
    accountId: 'act_1',
    currency: 'USD',
    state: 'running',
    reason: { code: 'started' },
    hold: null,
    stateChangedAt: AT,
    policy: DEFAULT_POLICY,
    variants: [
      { id: 'control', role: 'control', adId: '1', adSetId: '11', creative },
      { id: 'challenger', role: 'challenger', adId: '2', adSetId: '22', creative },
    ],
    startedAt: AT,
    winnerVariantId: null,
    promotedAt: null,
    endedAt: null,
    ...changes,
  };
}

const BASE = { 11: 20_000, 22: 20_000 };
const TARGETS = { 11: 16_000, 22: 24_000 };

export function transitionTo(
  to: ExperimentState,
  reason: StateReason,
  more: { from?: ExperimentState; hold?: Hold; experiment?: Partial<Experiment> } = {},
): NewMessage | null {
  const { from = 'rolling_out', hold, experiment } = more;
  const after = anExperiment({ state: to, reason, ...experiment });
  return transitionMessage({ from, to, hold: hold ?? null, at: AT }, after, BASE);
}

export const PERSON_HOLD: Hold = {
  code: 'foreign_edit' as Hold['code'],
  endsItself: false,
  since: AT,
  tries: 1,
  failedAt: AT,
  tryAt: null,
  silentMs: 0,
  gateAt: AT,
  readAt: null,
};

/** One message of every kind, with this text as what a user or Meta said, and this name of the test. */
export function everyKind(said: string, name: string): NewMessage[] {
  const experiment = { name };
  const by = 'ana';
  const test = anExperiment(experiment);
  const promotion = {
    winnerVariantId: 'challenger',
    status: 'in_progress',
    by: 'rule',
    reason: said,
    forced: false,
    plan: { winnerAdSetId: '22', base: BASE, phases: [], skipped: [] },
  };
  const verified = { experiment: test, message: said, targets: TARGETS, base: BASE, at: AT };
  return [
    promotionMessage({ experiment: test, promotion, phase: '60', targets: TARGETS, atRisk: said, at: AT }),
    transitionTo(
      'awaiting_approval',
      { code: 'approval_asked', detail: said },
      { experiment, from: 'running' },
    ),
    transitionTo('held', { code: 'gate', detail: said, amounts: TARGETS }, { experiment, hold: PERSON_HOLD }),
    transitionTo('reverting', { code: 'revert_asked', by, because: said }, { experiment }),
    transitionTo(
      'reverted',
      { code: 'restored', before: { code: 'gate', detail: said } },
      { experiment, from: 'reverting' },
    ),
    transitionTo(
      'needs_attention',
      { code: 'not_restored', detail: said, amounts: TARGETS, base: BASE },
      { experiment, from: 'reverting' },
    ),
    transitionTo('no_winner', { code: 'no_winner', detail: said }, { experiment, from: 'running' }),
    verificationMessage({ ...verified, outcome: 'verified' }),
    verificationMessage({ ...verified, outcome: 'not_verified' }),
    deliveryMessage(test, [{ code: 'no_delivery', level: 'block', message: said }], [], AT),
    insightsMessage(test, { claims: 2, text: said, at: AT }),
    reportMessage({ kind: 'daily', id: 'daily-2026-05-12', text: said, at: AT }),
    reportMessage({ kind: 'weekly', id: 'weekly-2026-05-12', text: said, at: AT }),
    { kind: 'test' as MessageKind, at: AT, experimentId: null, content: testContent('desk') },
  ].filter((message) => message !== null);
}

export function posted(message: NewMessage, sequence: number | null = 1): Posted {
  return { ...message, environment: 'sandbox', accountId: 'act_1', sequence };
}
