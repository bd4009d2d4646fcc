/** What workflow, activities, record and API share about messages to users. Instants are experiment time, epoch ms. */
import type { MessageContent, MessageKind, NewMessage } from '../domain/messages/message.js';

/** Input of the workflow that sends a hook's messages. */
export interface MessengerInput {
  hook: string;
  /** Posts without success in a row, carried over to the next run. */
  failures?: number;
}

/** The signal that there is something to send. `hookWorks`: a test has just reached the hook. */
export const WAKE_SIGNAL = 'wake';
export interface Wake {
  hookWorks: boolean;
}

/** A message to enter, and the hooks that want it. */
export interface MessageEntry {
  message: NewMessage;
  hooks: readonly string[];
}

/** A message on record. Its sequence grows; it identifies the message within environment and account. */
export interface PendingMessage extends NewMessage {
  environment: 'sandbox' | 'live';
  accountId: string;
  sequence: number;
  kind: MessageKind;
  content: MessageContent;
}

/** What a post led to. `problem`: a sentence without the hook's address. */
export type PostOutcome =
  | { kind: 'sent'; status: number; answer: string }
  /** The hook may accept it later. `retryAfterMs`: real ms that the hook asks for; null if it doesn't say. */
  | { kind: 'wait'; status: number | null; retryAfterMs: number | null; problem: string }
  /** The hook refuses this message for good; it may take others. */
  | { kind: 'refused'; status: number; problem: string }
  /** The address is gone or doesn't accept messages: nothing is sent until it is changed or a test succeeds. */
  | { kind: 'dead'; status: number | null; problem: string };

/** How a hook did. */
export interface HookState {
  hook: string;
  /** Of the address that was used last; empty if none was. */
  addressMark: string;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  lastFailure: string | null;
  deadSince: number | null;
  deadReason: string | null;
  pending: number;
  /** Messages that the hook refused for good. */
  failed: number;
}

/** A kept report. `id`: kind and date, e.g. `daily-2026-05-12`. */
export interface Report {
  id: string;
  kind: 'daily' | 'weekly';
  madeAt: number;
  /** The whole local days that it counts, both included. */
  firstDay: string;
  lastDay: string;
  timezone: string;
  content: ReportContent;
  /** The report in a sentence or two. */
  text: string;
}

export interface ReportContent {
  currency: string | null;
  promotions: ReportedPromotion[];
  /** Tests that run when the report is made. */
  running: number;
  /** Experiments on which someone must act when the report is made. */
  waiting: { experimentId: string; name: string; state: string; reason: string }[];
  /** Tests that started in its days; unset in reports from before it was counted. */
  started?: { experimentId: string; name: string; startedAt: number }[];
  /** Controls that were used in its days, in order; unset in reports from before they were counted. */
  controls?: ReportedControl[];
  /** Changes of the account's kill switch in its days, in order; unset in reports from before they were counted. */
  killSwitch?: { engaged: boolean; by: string; reason: string; at: number }[];
  /** All tests so far, compound lifts as fractions; null if no test is decided. */
  compound: ReportedCompound | null;
}

export interface ReportedPromotion {
  experimentId: string;
  name: string;
  winnerVariantId: string;
  /** How the ad is named to users; unset in older reports. */
  winnerName?: string;
  status: string;
  forced: boolean;
  /** Who declared that delivery before the handover counts, in a sentence; null if none does. Missing in older reports. */
  declaration?: string | null;
  openedAt: number;
  /** When its first phase was read back: the day on which it counts. Missing in older reports, which counted by opening. */
  promotedAt?: number | null;
  /** Relative lifts of the winner over its rival, as fractions. */
  believedLift: number;
  measuredLift: number;
  /** Minor units per day: the winner's budget before the rollout and in its last phase. */
  before: number;
  after: number;
}

export interface ReportedControl {
  experimentId: string;
  /** Of the experiment. */
  name: string;
  kind: string;
  by: string;
  reason: string;
  at: number;
  outcome: 'accepted' | 'refused';
}

export interface ReportedLift {
  lift: number;
  interval: [number, number];
}

export interface ReportedCompound {
  message: string;
  promotions: number;
  shrunk: ReportedLift;
  claimed: ReportedLift;
  verified: ReportedLift | null;
}
