/** What those who ask for drafts, write them, keep them and show them share. Instants are epoch ms of experiment time. */
import type { Brief } from '../domain/drafts/brief.js';
import type { CopyWarning } from '../domain/drafts/check-copy.js';
import type { Change } from '../domain/drafts/proposals.js';
import type { LeftOut } from '../domain/drafts/sift.js';
import type { Creative } from '../domain/experiment.js';
import type { ClaudeFailure } from '../domain/insights/status.js';
import type { MadeForecast } from './learning.js';

/** Who wrote the drafts: Claude, or the service by templates and edits. */
export const DRAFT_SOURCES = ['claude', 'offline'] as const;
export type DraftSource = (typeof DRAFT_SOURCES)[number];

/** Why Claude didn't write them. Amounts are millionths of a US dollar. */
export type DraftNote =
  | { code: 'no_key' }
  | { code: 'no_budget' }
  | { code: 'budget_spent'; spent: number; limit: number }
  | { code: 'claude_failed'; failure: ClaudeFailure }
  /** Claude was asked, and the service was interrupted before its answer was on record. */
  | { code: 'answer_lost' }
  /** All that Claude wrote was left out. */
  | { code: 'nothing_usable' };

/** The creative that drafts start from: the winner that stands, or the control of a test without one. */
export interface StartingPoint {
  experimentId: string;
  experimentName: string;
  variantId: string;
  creative: Creative;
}

export interface SetDraft {
  /** A hash of the creative. */
  id: string;
  creative: Creative;
  /** In what it differs from the starting point; null without one. */
  change: Change | null;
  /** Ids of attributes that change with it. */
  alsoChanges: string[];
  /** Ids of the patterns that it uses. */
  patternIds: string[];
  /** What tests so far say of its change: log rate ratio over the starting point, and its standard deviation; null without one. */
  prospect: { expected: number; sd: number } | null;
  warnings: CopyWarning[];
}

/** Drafts for one brief. Kept as they were proposed. */
export interface DraftSet {
  id: string;
  brief: Brief;
  startsFrom: StartingPoint | null;
  source: DraftSource;
  /** Null if Claude wrote them. */
  note: DraftNote | null;
  /** The most promising first. */
  drafts: SetDraft[];
  /** Ids of the drafts that are worth a test together, beside the starting point. */
  worthTesting: string[];
  leftOut: LeftOut[];
  /** Of the starting point, if there is one, and the drafts; null with fewer than two of them. */
  forecast: MadeForecast | null;
  by: string;
  madeAt: number;
}
