import { currencyOffset } from '../../domain/budget.js';
import { invalid } from './errors.js';
import type { MetaError } from './types.js';

/** The value that removes a campaign's spend cap. Source: Meta's campaign reference, `spend_cap`. */
const NO_SPEND_CAP = 922_337_203_685_478;

/**
 * Reads the fields of one object in Meta's answer. Each method returns a value of the promised form, or throws a
 * {@link MetaError} of kind `invalid` that names the object and the field (never the value, which could be anything).
 */
export class FieldReader {
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

  /** The id of an account, with `act_` whether or not Meta sends it. */
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

  /** As {@link count}; 0 if Meta leaves the field out. */
  countOrZero(name: string): number {
    return this.#has(name) ? this.count(name) : 0;
  }

  /** A budget in minor units; null if Meta leaves it out or sends 0, which mean that there is none. */
  budget(name: string): number | null {
    return this.countOrZero(name) || null;
  }

  /** As {@link budget}; null also for the amount with which Meta marks a campaign's spend cap as removed. */
  spendCap(name: string): number | null {
    const cap = this.budget(name);
    return cap === NO_SPEND_CAP ? null : cap;
  }

  /** Minor units per major unit of the currency that the field names. */
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

  /** False if Meta leaves the flag out, as it does if the feature was never used. */
  flag(name: string): boolean {
    const value = this.#data[name] ?? false;
    if (typeof value !== 'boolean') throw this.wrong(name);
    return value;
  }

  /** An instant, epoch ms, from `2026-01-31T12:00:00-0800`; null if absent or Meta's zero instant. */
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

  /** An instant, epoch ms, from whole unix seconds; null if absent or 0. */
  unixSeconds(name: string): number | null {
    return this.countOrZero(name) * 1000 || null;
  }

  /** A nested object; null if Meta leaves it out. */
  object(name: string): FieldReader | null {
    return this.#has(name) ? new FieldReader(`${this.subject}, ${name}`, this.#data[name]) : null;
  }

  /** A list of objects; empty if Meta leaves it out. */
  list(name: string): FieldReader[] {
    return this.plainList(name).map((entry) => new FieldReader(`${this.subject}, ${name}`, entry));
  }

  /** A nested object as plain JSON; empty if Meta leaves it out. */
  plainObject(name: string): Record<string, unknown> {
    const value = this.#data[name] ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong(name);
    return value as Record<string, unknown>;
  }

  /** A list as plain JSON; empty if Meta leaves it out. */
  plainList(name: string): unknown[] {
    const value = this.#data[name] ?? [];
    if (!Array.isArray(value)) throw this.wrong(name);
    return value;
  }

  #has(name: string): boolean {
    return this.#data[name] !== undefined && this.#data[name] !== null;
  }
}

/** Whether the text is the id of one of Meta's objects, so that it is safe as a segment of a path. A post's id has two parts. */
export function isObjectId(text: string): boolean {
  return /^(act_\d{1,32}|\d{1,32}(_\d{1,32})?)$/.test(text);
}

/** @throws MetaError of kind `invalid` */
export function requireId(id: string): string {
  if (!isObjectId(id)) throw invalid('A Meta id is a string of digits.');
  return id;
}

/**
 * Minor units, by exact decimal arithmetic, from a decimal string of major units ("12.34"). Digits beyond the minor
 * unit round half up. Null if the text isn't a plain non-negative decimal, or the amount isn't a safe integer.
 */
export function majorToMinor(text: string, offset: 1 | 100): number | null {
  const match = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  const unit = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * BigInt(offset);
  const minor = Number((scaled * 2n + unit) / (unit * 2n));
  return Number.isSafeInteger(minor) ? minor : null;
}
