import type { ExperimentClock } from '../../clients/clock.js';
import { hash128 } from '../random.js';
import { Calendar, HOUR_MS } from './calendar.js';
import { Delivery } from './delivery.js';
import type { ChangeEvent, CreatedAd, MarketEvent } from './events.js';
import { FaultBook } from './faults.js';
import { Journal } from './journal.js';
import { MarketObject } from './objects.js';
import { Audience } from './segments.js';
import { DEFAULT_TEXT_WORLD, TextRates } from './text-rates.js';
import type { AuditRow, MarketAccount, MarketOptions, MarketTextWorld } from './types.js';

/** Each family has its own counter, so that a fault or a report doesn't change the ids of ads, on which draws depend. */
const ID_PREFIX = { object: '1202', report: '1203', fault: '1204' };

/** A report run: its parameters, and the instant whose figures it shows. */
export interface Report {
  id: string;
  at: number;
  params: Record<string, unknown>;
  /** How often its progress was read. Not kept on disk. */
  polls: number;
}

/** Meta's limit: this many changes of an ad set's budget within an hour, then none for an hour. */
const CHANGES_AN_HOUR = 4;

/**
 * The state of the market: the result of all events of the journal. Changes go through {@link change}, one at a time,
 * and are on disk before anyone sees them. Reads need no turn.
 */
export class World {
  readonly objects = new Map<string, MarketObject>();
  readonly audit: AuditRow[] = [];
  readonly faults = new FaultBook();
  readonly reports = new Map<string, Report>();
  readonly delivery: Delivery;
  readonly calendar: Calendar;
  readonly texts: TextRates;
  readonly accountNode: MarketObject;
  readonly #idsGiven = { object: 0, report: 0, fault: 0 };
  #latest = 0;
  /** A change that has been decided and is being written to disk. */
  #writing: Promise<void> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly seed: number,
    readonly account: MarketAccount,
    readonly clock: ExperimentClock,
    readonly journal: Journal<MarketEvent>,
    createdAt: number,
    readonly refuseBelowSpent: boolean,
    textWorld: MarketTextWorld,
  ) {
    this.texts = new TextRates(seed, textWorld);
    this.calendar = new Calendar(account.timezone);
    this.delivery = new Delivery(seed, this.calendar);
    this.accountNode = new MarketObject('account', account.id, null, createdAt);
    this.accountNode.set('name', createdAt, account.name);
    // From the beginning: a test may have begun before this world did.
    this.accountNode.set('account_status', 0, 1);
    this.objects.set(account.id, this.accountNode);
  }

  /** The world of the directory; if it has none, a new one with the options' seed and account. */
  static async open(options: MarketOptions): Promise<World> {
    const journal = await Journal.open<MarketEvent>(options.directory);
    let first = journal.events[0];
    if (!first) {
      first = {
        type: 'world',
        at: await options.clock.now(),
        seed: options.seed,
        account: {
          id: `act_${digits(`${options.seed}/account`, 15)}`,
          name: 'Sandbox',
          currency: 'USD',
          timezone: 'America/New_York',
          minDailyBudget: 100,
          ...options.account,
        },
        texts: { ...DEFAULT_TEXT_WORLD, ...options.world },
      };
      await journal.append(first);
    }
    if (first.type !== 'world')
      throw new Error(`${options.directory}: the journal doesn't begin with a world`);
    const world = new World(
      first.seed,
      first.account,
      options.clock,
      journal,
      first.at,
      options.refuseBelowSpent ?? false,
      first.texts ?? DEFAULT_TEXT_WORLD,
    );
    for (const event of journal.events) world.#apply(event);
    return world;
  }

  /** Experiment time. It never runs backwards, even if the clock does: hours that are over must not change. */
  async now(): Promise<number> {
    const read = await this.clock.now();
    this.#latest = Math.max(this.#latest, read);
    return this.#latest;
  }

  /**
   * The instant that a read shows: now. Waits until the change that is being written to disk is in force. Without the
   * wait, a quarter of an hour could be drawn without a change that falls into it. Any later change has a later instant.
   */
  async asOf(): Promise<number> {
    const now = await this.now();
    await this.#writing;
    return now;
  }

  /**
   * Runs one change at a time. `decide` gets the instant and returns the events; they are on disk and in force when the
   * promise resolves.
   */
  change<T>(decide: (now: number) => { events: MarketEvent[]; result: T }): Promise<T> {
    const turn = this.#turn.then(async () => {
      const { events, result } = decide(await this.now());
      const writing = this.#write(events);
      // Readers only wait for it; the writer gets the failure.
      this.#writing = writing.catch(() => undefined);
      await writing;
      return result;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #write(events: MarketEvent[]): Promise<void> {
    for (const event of events) {
      await this.journal.append(event);
      this.#apply(event);
    }
  }

  /** An id that looks like Meta's. For a seed, the n-th id of a family is always the same. */
  newId(family: keyof typeof ID_PREFIX): string {
    const count = String(++this.#idsGiven[family]).padStart(6, '0');
    return `${ID_PREFIX[family]}${digits(`${this.seed}/ids`, 8)}${count}`;
  }

  /** Whether the ad set has had all the budget changes that Meta allows within an hour. */
  changesSpent(adSet: MarketObject, now: number): boolean {
    const recent = adSet.history('daily_budget')?.changes(now - HOUR_MS, now) ?? [];
    return recent.length >= CHANGES_AN_HOUR;
  }

  /** When the first ads of the account began, or the account itself if it has none. */
  openedAt(): number {
    return Math.min(this.accountNode.createdAt, ...this.accountNode.children.map((one) => one.createdAt));
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.journal.close();
  }

  #apply(event: MarketEvent): void {
    this.#latest = Math.max(this.#latest, event.at);
    switch (event.type) {
      case 'world':
        break;
      case 'test':
        this.#createTest(event);
        break;
      case 'ad':
        this.#createAd(this.objects.get(event.ad.adSetId)!, event.ad, event.at);
        break;
      case 'change':
        this.#applyChange(event);
        break;
      case 'fault':
        this.#countIds('fault', [event.id]);
        this.faults.add(event.id, event.order);
        break;
      case 'withdraw':
        this.faults.remove(event.id);
        break;
      case 'tally':
        this.faults.count(event.tally);
        break;
      case 'report':
        this.#countIds('report', [event.id]);
        this.reports.set(event.id, { id: event.id, at: event.at, params: event.params, polls: 0 });
        break;
    }
  }

  #createTest({ at: madeAt, since, name, campaignId, ads }: Extract<MarketEvent, { type: 'test' }>): void {
    const at = since ?? madeAt;
    this.#countIds('object', [campaignId]);
    const campaign = new MarketObject('campaign', campaignId, this.accountNode, at);
    campaign.set('name', at, name);
    campaign.set('status', at, 'ACTIVE');
    this.objects.set(campaignId, campaign);
    for (const ad of ads) {
      this.#countIds('object', [ad.adSetId]);
      const adSet = new MarketObject('adset', ad.adSetId, campaign, at);
      adSet.set('name', at, `${ad.name} (ad set)`);
      adSet.set('status', at, 'ACTIVE');
      adSet.set('daily_budget', at, ad.dailyBudget);
      this.objects.set(adSet.id, adSet);
      this.#createAd(adSet, ad, at);
    }
  }

  #createAd(adSet: MarketObject, spec: CreatedAd, at: number): void {
    this.#countIds('object', [spec.adId, spec.creativeId]);
    const { trueClickRate, baseClickRate } = spec;
    const ad = new MarketObject('ad', spec.adId, adSet, at, {
      clickRate: (creative) => trueClickRate ?? this.texts.rateOf(creative, baseClickRate),
      baseClickRate: baseClickRate ?? null,
      conversionRate: spec.trueConversionRate,
      audience: spec.segments ? new Audience(this.seed, spec.segments) : null,
    });
    ad.set('name', at, spec.name);
    ad.set('status', at, 'ACTIVE');
    ad.set('creative_id', at, spec.creativeId);
    if (spec.creative) ad.set('creative', at, { ...spec.creative });
    this.objects.set(ad.id, ad);
  }

  #applyChange({ at, objectId, fields, effectiveAt, audit, tally }: ChangeEvent): void {
    const object = this.objects.get(objectId)!;
    if (typeof fields.creative_id === 'string') this.#countIds('object', [fields.creative_id]);
    for (const [field, value] of Object.entries(fields)) object.set(field, effectiveAt, value);
    if (audit) {
      this.audit.push(audit);
      const limited = audit.subcode === CHANGE_LIMIT_SUBCODE && audit.fault === null;
      if (limited && at >= object.blockedUntil) object.blockedUntil = at + HOUR_MS;
    }
    if (tally) this.faults.count(tally);
  }

  /** Counts ids that were given before, so that ids continue after a restart. */
  #countIds(family: keyof typeof ID_PREFIX, ids: string[]): void {
    for (const id of ids) this.#idsGiven[family] = Math.max(this.#idsGiven[family], Number(id.slice(-6)));
  }
}

/** Graph's subcode (of code 613) if an ad set's budget was changed too often. */
export const CHANGE_LIMIT_SUBCODE = 1_487_632;

/** This many decimal digits of a hash; the first is not 0. */
function digits(key: string, count: number): string {
  const [a, b, c, d] = hash128(key);
  const text = `${a}${b}${c}${d}`.replace(/^0+/, '').padEnd(count, '7');
  return text.slice(0, count);
}
