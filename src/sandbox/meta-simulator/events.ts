import type {
  AuditRow,
  FaultOrder,
  MarketAccount,
  MarketCreative,
  MarketSegments,
  MarketTextWorld,
} from './types.js';

/** An event of the journal, which has every change of the market's state in its order. */
export type MarketEvent =
  /** Worlds that were made before `texts` existed lack it. */
  | { type: 'world'; at: number; seed: number; account: MarketAccount; texts?: MarketTextWorld }
  | {
      type: 'test';
      at: number;
      name: string;
      campaignId: string;
      ads: CreatedAd[];
      /** When its objects were created, if that is before `at`. */
      since?: number;
    }
  | { type: 'ad'; at: number; ad: CreatedAd }
  | ChangeEvent
  | { type: 'fault'; at: number; id: string; order: FaultOrder }
  | { type: 'withdraw'; at: number; id: string | null }
  | { type: 'tally'; at: number; tally: FaultTally }
  | { type: 'report'; at: number; id: string; accountId: string; params: Record<string, unknown> };

/** A write that reached the market. If it was refused, `fields` is empty. */
export interface ChangeEvent {
  type: 'change';
  at: number;
  objectId: string;
  fields: Record<string, FieldValue>;
  /** When the fields take effect. */
  effectiveAt: number;
  /** The audit's row if it is a write of an ad set's budget. */
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
  /** Null: the ad joins an existing ad set. */
  dailyBudget: number | null;
  /** Missing: it follows from the texts of the creative. */
  trueClickRate?: number;
  /** Of its texts; missing: the world's. */
  baseClickRate?: number;
  trueConversionRate: number;
  segments?: MarketSegments;
  creative?: MarketCreative;
}

export type FieldValue =
  | string
  | number
  | boolean
  | null
  | Record<string, unknown>
  | Record<string, unknown>[]
  | string[];
