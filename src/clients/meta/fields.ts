import { currencyOffset } from '../../domain/budget.js';
import { majorToMinor } from './currency.js';
import { invalid } from './errors.js';
import type { MetaError } from './types.js';

/** Campaign reference, `spend_cap`: the value that removes it. */
const NO_SPEND_CAP = 922_337_203_685_478;

/**
 * Strict reading of one object of Meta's: each method answers with a value of the promised form or throws a
 * {@link MetaError} of kind `invalid` that names object and field (never the value, which could be anything).
 */
export class Fields {
  readonly #data: Record<string, unknown>;

  /** `subject` names the object in errors, e.g. `ad set 123`. */
  constructor(
    readonly subject: string,
    data: unknown,
  ) {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw invalid(`Meta's answer for ${subject} is not an object.`);
    }
    this.#data = data as Record<string, unknown>;
  }

  wrong(name: string): MetaError {
    const state = this.#has(name) ? 'malformed' : 'missing';
    return invalid(`Meta's answer for ${this.subject}: field ${name} is ${state}.`);
  }

  text(name: string): string {
    const value = this.#data[name];
    if (typeof value !== 'string') throw this.wrong(name);
    return value;
  }

  optionalText(name: string): string | null {
    return this.#has(name) ? this.text(name) : null;
  }

  id(name: string): string {
    const value = this.text(name);
    if (!isObjectId(value)) throw this.wrong(name);
    return value;
  }

  /** An account's id in its `act_` form, from either form. */
  accountId(name: string): string {
    const id = this.id(name);
    return id.startsWith('act_') ? id : `act_${id}`;
  }

  /** A non-negative integer, which Meta sends as a string or a number. */
  count(name: string): number {
    const value = this.#data[name];
    const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) throw this.wrong(name);
    return number;
  }

  /** {@link count}, where Meta leaves the field out for none. */
  countOrZero(name: string): number {
    return this.#has(name) ? this.count(name) : 0;
  }

  /** A budget in minor units; null where Meta leaves it out or sends 0 for none. */
  budget(name: string): number | null {
    return this.countOrZero(name) || null;
  }

  /** {@link budget}, but for the amount by which Meta says that a campaign's spend cap was removed. */
  spendCap(name: string): number | null {
    const cap = this.budget(name);
    return cap === NO_SPEND_CAP ? null : cap;
  }

  /** Minor units in a major one of the currency that the field names. */
  currencyOffset(name: string): 1 | 100 {
    try {
      return currencyOffset(this.text(name));
    } catch (error) {
      throw error instanceof RangeError ? this.wrong(name) : error;
    }
  }

  /** Minor units from a decimal string of major units. */
  money(name: string, offset: 1 | 100): number {
    const minor = majorToMinor(this.text(name), offset);
    if (minor === null) throw this.wrong(name);
    return minor;
  }

  /** Meta leaves a flag out where the feature was never touched: that is false. */
  flag(name: string): boolean {
    const value = this.#data[name];
    if (!this.#has(name)) return false;
    if (typeof value !== 'boolean') throw this.wrong(name);
    return value;
  }

  /** An instant, epoch ms, from `2026-01-31T12:00:00-0800`; null where absent or Meta's zero instant. */
  instant(name: string): number | null {
    if (!this.#has(name)) return null;
    const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)(?:Z|([+-]\d{2}):?(\d{2}))$/.exec(
      this.text(name),
    );
    const instant = match
      ? Date.parse(`${match[1]}${match[2] === undefined ? 'Z' : `${match[2]}:${match[3]}`}`)
      : Number.NaN;
    if (Number.isNaN(instant)) throw this.wrong(name);
    return instant || null;
  }

  /** An instant, epoch ms, from whole unix seconds; null where absent or 0. */
  unixSeconds(name: string): number | null {
    return this.countOrZero(name) * 1000 || null;
  }

  /** A member object, or null where Meta leaves it out. */
  object(name: string): Fields | null {
    return this.#has(name) ? new Fields(`${this.subject}, ${name}`, this.#data[name]) : null;
  }

  /** A list of objects; empty where Meta leaves it out. */
  list(name: string): Fields[] {
    if (!this.#has(name)) return [];
    const value = this.#data[name];
    if (!Array.isArray(value)) throw this.wrong(name);
    return value.map((entry: unknown) => new Fields(`${this.subject}, ${name}`, entry));
  }

  /** A member object as plain JSON, empty where Meta leaves it out. */
  plainObject(name: string): Record<string, unknown> {
    const value = this.#has(name) ? this.#data[name] : {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong(name);
    return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  }

  /** A list as plain JSON, empty where Meta leaves it out. */
  plainList(name: string): unknown[] {
    const value = this.#has(name) ? this.#data[name] : [];
    if (!Array.isArray(value)) throw this.wrong(name);
    return JSON.parse(JSON.stringify(value)) as unknown[];
  }

  #has(name: string): boolean {
    return this.#data[name] !== undefined && this.#data[name] !== null;
  }
}

/** Whether a text can stand as an id in a path. */
export function isObjectId(text: string): boolean {
  return /^(act_)?\d{1,32}$/.test(text);
}
