import type { ExperimentClock } from '../../clients/clock.js';
import { hash128 } from '../random.js';
import { Calendar, HOUR_MS } from './calendar.js';
import { Delivery } from './delivery.js';
import type { ChangeEvent, CreatedAd, MarketEvent } from './events.js';
import { FaultBook } from './faults.js';
import { Journal } from './journal.js';
import { MarketObject } from './objects.js';
import type { AuditRow, MarketAccount, MarketOptions } from './types.js';

/** Families are counted apart, so that a fault or a report changes no ad's id, and with it no draw. */
const ID_PREFIX = { object: '1202', report: '1203', fault: '1204' };

/** Ordered as a report run: what was asked, and the instant whose figures it shows. */
export interface Report {
  id: string;
  at: number;
  params: Record<string, unknown>;
  /** How often its progress was read. Not kept on disk: a restart finds every run complete. */
  polls: number;
}

/** Meta's limit: that many changes of one ad set's budget in an hour, then none for an hour. */
const CHANGES_AN_HOUR = 4;

/**
 * The state of the market: what the journal's events add up to. Changes go through {@link change}, one at a
 * time and on disk before they are seen; reads are free.
 */
export class World {
  readonly objects = new Map<string, MarketObject>();
  readonly audit: AuditRow[] = [];
  readonly faults = new FaultBook();
  readonly reports = new Map<string, Report>();
  readonly delivery: Delivery;
  readonly calendar: Calendar;
  readonly accountNode: MarketObject;
  readonly #idsGiven = { object: 0, report: 0, fault: 0 };
  #latest = 0;
  /** A change that is decided and on its way to the disk. */
  #writing: Promise<void> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly seed: number,
    readonly account: MarketAccount,
    readonly clock: ExperimentClock,
    readonly journal: Journal<MarketEvent>,
    createdAt: number,
    readonly refuseBelowSpent: boolean,
  ) {
    this.calendar = new Calendar(account.timezone);
    this.delivery = new Delivery(seed, this.calendar);
    this.accountNode = new MarketObject('account', account.id, null, createdAt);
    this.accountNode.set('name', createdAt, account.name);
    this.accountNode.set('account_status', createdAt, 1);
    this.objects.set(account.id, this.accountNode);
  }

  /** The world that the directory holds, else a new one of the options' seed and account. */
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
    );
    for (const event of journal.events) world.#apply(event);
    return world;
  }

  /** Experiment time. Never runs backwards, whatever the clock does: closed hours are facts. */
  async now(): Promise<number> {
    const read = await this.clock.now();
    this.#latest = Math.max(this.#latest, read);
    return this.#latest;
  }

  /**
   * The instant that a read shows: now, once the change that is on its way to the disk is in force. Without
   * the wait a quarter of an hour could be drawn without a change that falls into it; any later change has a
   * later instant.
   */
  async asOf(): Promise<number> {
    const now = await this.now();
    await this.#writing;
    return now;
  }

  /**
   * Runs one change alone: `decide` gets the instant and says what happens; its events are on disk and in
   * force when the promise resolves.
   */
  change<T>(decide: (now: number) => { events: MarketEvent[]; result: T }): Promise<T> {
    const turn = this.#turn.then(async () => {
      const { events, result } = decide(await this.now());
      const writing = this.#write(events);
      // A reader only waits; that it failed is told to the writer.
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

  /** An id of Meta's look; the n-th of its family is always the same for a seed. */
  newId(family: keyof typeof ID_PREFIX): string {
    const count = String(++this.#idsGiven[family]).padStart(6, '0');
    return `${ID_PREFIX[family]}${digits(`${this.seed}/ids`, 8)}${count}`;
  }

  /** Whether the ad set has had all the budget changes of an hour. */
  changesSpent(adSet: MarketObject, now: number): boolean {
    const recent = adSet.history('daily_budget')?.changes(now - HOUR_MS, now) ?? [];
    return recent.length >= CHANGES_AN_HOUR;
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

  #createTest({ at, name, campaignId, ads }: Extract<MarketEvent, { type: 'test' }>): void {
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
    const ad = new MarketObject('ad', spec.adId, adSet, at, {
      clickRate: spec.trueClickRate,
      conversionRate: spec.trueConversionRate,
    });
    ad.set('name', at, spec.name);
    ad.set('status', at, 'ACTIVE');
    ad.set('creative_id', at, spec.creativeId);
    this.objects.set(ad.id, ad);
  }

  #applyChange({ at, objectId, fields, effectiveAt, audit, tally }: ChangeEvent): void {
    const object = this.objects.get(objectId)!;
    for (const [field, value] of Object.entries(fields)) object.set(field, effectiveAt, value);
    if (audit) {
      this.audit.push(audit);
      const limited = audit.subcode === CHANGE_LIMIT_SUBCODE && audit.fault === null;
      if (limited && at >= object.blockedUntil) object.blockedUntil = at + HOUR_MS;
    }
    if (tally) this.faults.count(tally);
  }

  /** After a restart the next id is the one that would have been next. */
  #countIds(family: keyof typeof ID_PREFIX, ids: string[]): void {
    for (const id of ids) this.#idsGiven[family] = Math.max(this.#idsGiven[family], Number(id.slice(-6)));
  }
}

/** Graph's subcode (of 613) where an ad set's budget was changed too often. */
export const CHANGE_LIMIT_SUBCODE = 1_487_632;

/** That many decimal digits of a hash, the first not 0. */
function digits(key: string, count: number): string {
  const [a, b, c, d] = hash128(key);
  const text = `${a}${b}${c}${d}`.replace(/^0+/, '').padEnd(count, '7');
  return text.slice(0, count);
}
