import type { AuditRow, FaultOrder, MarketAccount } from './types.js';

/** What the journal holds: every change of the market's state, in the order in which it happened. */
export type MarketEvent =
  | { type: 'world'; at: number; seed: number; account: MarketAccount }
  | { type: 'test'; at: number; name: string; campaignId: string; ads: CreatedAd[] }
  | { type: 'ad'; at: number; ad: CreatedAd }
  | ChangeEvent
  | { type: 'fault'; at: number; id: string; order: FaultOrder }
  | { type: 'withdraw'; at: number; id: string | null }
  | { type: 'tally'; at: number; tally: FaultTally }
  | { type: 'report'; at: number; id: string; accountId: string; params: Record<string, unknown> };

/** A write that reached the market, refused ones too (then `fields` is empty). */
export interface ChangeEvent {
  type: 'change';
  at: number;
  objectId: string;
  fields: Record<string, FieldValue>;
  /** When the fields take effect. */
  effectiveAt: number;
  /** The books' row where it is a budget write of an ad set. */
  audit: AuditRow | null;
  tally: FaultTally | null;
}

/** What one request did to the counters of the ordered faults. */
export interface FaultTally {
  passed: string[];
  struck: string | null;
}

export interface CreatedAd {
  adSetId: string;
  adId: string;
  creativeId: string;
  name: string;
  /** Null: the ad joins an ad set that is there. */
  dailyBudget: number | null;
  trueClickRate: number;
  trueConversionRate: number;
}

export type FieldValue =
  | string
  | number
  | boolean
  | null
  | Record<string, unknown>
  | Record<string, unknown>[]
  | string[];
