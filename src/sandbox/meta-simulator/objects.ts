import type { FieldValue } from './events.js';
import type { Audience } from './segments.js';
import { Timeline } from './timeline.js';
import type { MarketCreative } from './types.js';

export type ObjectKind = 'account' | 'campaign' | 'adset' | 'ad';

/** What only the market knows of an ad. */
export interface AdRates {
  /** Link clicks per impression while the ad shows this. */
  clickRate: (creative: MarketCreative | null) => number;
  /** Of its texts; null: the world's. */
  baseClickRate: number | null;
  conversionRate: number;
  audience: Audience | null;
}

/** An object of the account. Its fields have a history, because delivery and late effects need it. */
export class MarketObject {
  readonly children: MarketObject[] = [];
  /** Ad sets only: budget changes are refused until this instant (Meta's limit of changes per hour). */
  blockedUntil = 0;
  readonly #fields = new Map<string, Timeline<FieldValue>>();

  constructor(
    readonly kind: ObjectKind,
    readonly id: string,
    readonly parent: MarketObject | null,
    readonly createdAt: number,
    /** Ads only. */
    readonly truth: AdRates | null = null,
  ) {
    parent?.children.push(this);
  }

  set(field: string, at: number, value: FieldValue): void {
    let timeline = this.#fields.get(field);
    if (!timeline) {
      timeline = new Timeline<FieldValue>();
      this.#fields.set(field, timeline);
    }
    timeline.set(at, value);
  }

  /** Null if the field was not set by then. */
  get(field: string, at: number): FieldValue {
    return this.#fields.get(field)?.at(at) ?? null;
  }

  number(field: string, at: number): number | null {
    const value = this.get(field, at);
    return typeof value === 'number' ? value : null;
  }

  text(field: string, at: number): string {
    const value = this.get(field, at);
    return typeof value === 'string' ? value : '';
  }

  history(field: string): Timeline<FieldValue> | undefined {
    return this.#fields.get(field);
  }

  /** The instants in the open interval at which any field is set. */
  instantsBetween(after: number, before: number): number[] {
    return [...this.#fields.values()].flatMap((timeline) => timeline.instantsBetween(after, before));
  }

  /** The nearest object of this kind among the object itself and its parents. */
  ancestor(kind: ObjectKind): MarketObject {
    if (this.kind === kind) return this;
    if (!this.parent) throw new Error(`${this.kind} ${this.id} has no ${kind} above it`);
    return this.parent.ancestor(kind);
  }

  /** Every object of this kind below this one, in the order of creation. */
  descendants(kind: ObjectKind): MarketObject[] {
    return this.children.flatMap((child) => (child.kind === kind ? [child] : child.descendants(kind)));
  }
}

/** Graph's effective status: the object's own status, unless an object above it is not active. */
export function effectiveStatus(object: MarketObject, at: number): string {
  const ordered = object.text('effective_status', at);
  if (ordered !== '') return ordered;
  const own = object.text('status', at);
  if (own !== 'ACTIVE') return own;
  for (let above = object.parent; above; above = above.parent) {
    if (above.kind === 'account' || above.text('status', at) === 'ACTIVE') continue;
    return above.kind === 'campaign' ? 'CAMPAIGN_PAUSED' : 'ADSET_PAUSED';
  }
  return 'ACTIVE';
}

/** Field of an ad with a changed hidden click rate. Graph's readers don't know it. */
export const TRUE_CLICK_RATE = 'true_click_rate';

/** Hidden link clicks per impression at an instant; 0 if the object is not an ad. */
export function trueClickRateOf(ad: MarketObject, at: number): number {
  const ordered = ad.number(TRUE_CLICK_RATE, at);
  return ordered ?? ad.truth?.clickRate(ad.get('creative', at) as MarketCreative | null) ?? 0;
}

/** Minor units per day that an ad may spend at an instant; 0 if it doesn't deliver. */
export function dailySpendOf(ad: MarketObject, at: number): number {
  if (effectiveStatus(ad, at) !== 'ACTIVE' || ad.createdAt > at) return 0;
  const adSet = ad.ancestor('adset');
  const { start, end } = timesOf(adSet, at);
  if (at < start || (end !== null && at >= end)) return 0;
  if (adSet.ancestor('account').number('account_status', at) !== 1) return 0;
  const sharing = adSet.children.filter((child) => effectiveStatus(child, at) === 'ACTIVE').length;
  return dailyBudgetOf(adSet, at, start, end) / sharing;
}

/** The time in which an ad set delivers: within its own times and its campaign's. */
function timesOf(adSet: MarketObject, at: number): { start: number; end: number | null } {
  const campaign = adSet.ancestor('campaign');
  const starts = [adSet.number('start_time', at) ?? adSet.createdAt, campaign.number('start_time', at)];
  const ends = [adSet.number('end_time', at), campaign.number('stop_time', at)];
  const known = (times: (number | null)[]) => times.filter((time) => time !== null);
  return {
    start: Math.max(...known(starts)),
    end: known(ends).length > 0 ? Math.min(...known(ends)) : null,
  };
}

function dailyBudgetOf(adSet: MarketObject, at: number, start: number, end: number | null): number {
  const campaign = adSet.ancestor('campaign');
  const shared = campaign.number('daily_budget', at);
  if (shared !== null) return shared / campaign.children.length;
  const daily = adSet.number('daily_budget', at);
  if (daily !== null) return daily;
  const lifetime = adSet.number('lifetime_budget', at);
  // A lifetime budget is spread evenly. At Meta it always has an end.
  if (lifetime === null || end === null || end <= start) return 0;
  return (lifetime * 86_400_000) / (end - start);
}
