import type { ControlKind } from '../../../src/contract/messages.js';
import type { FaultOrder } from '../../../src/sandbox/meta-simulator/index.js';

/** What a run needs from its world. */
export interface Hands {
  currency: string;
  /** Experiment time. */
  now(): Promise<number>;
  /** Does something after this much experiment time. */
  later(ms: number, deed: () => Promise<void>): void;
  order(fault: FaultOrder): Promise<string>;
  /** Returns how often the fault has struck. */
  withdraw(faultId: string): Promise<number>;
  /** Someone's change in Ads Manager. */
  edit(objectId: string, fields: Record<string, unknown>): Promise<void>;
  budgets(adSetIds: string[]): Promise<Record<string, number>>;
  /** Sets the hidden click rate, which only the market knows. */
  setTruth(adId: string, trueClickRate: number): Promise<void>;
  /** Settles when the service has accepted the control; `answer`, which never rejects, may take hours more. */
  control(id: string, kind: ControlKind, args: Record<string, string>): Promise<{ answer: Promise<Answer> }>;
}

export interface Answer {
  ok: boolean;
  /** The service's sentence. */
  said: string;
}

export interface Objects {
  campaignId: string;
  adSetIds: string[];
  adIds: string[];
}
