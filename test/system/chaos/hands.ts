import type { ControlKind } from '../../../src/contract/messages.js';
import type { FaultOrder } from '../../../src/sandbox/meta-simulator/index.js';

/** What a run needs of the world that it is played in. */
export interface Hands {
  currency: string;
  /** Experiment time. */
  now(): Promise<number>;
  /** Does something when so much experiment time has passed. */
  later(ms: number, deed: () => Promise<void>): void;
  order(fault: FaultOrder): Promise<string>;
  /** Answers how often it has struck. */
  withdraw(faultId: string): Promise<number>;
  /** A person's change in Ads Manager. */
  edit(objectId: string, fields: Record<string, unknown>): Promise<void>;
  budgets(adSetIds: string[]): Promise<Record<string, number>>;
  /** Only the market knows it. */
  setTruth(adId: string, trueClickRate: number): Promise<void>;
  /** Settles when the service has taken it up; `answer`, which never rejects, may take hours more. */
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
