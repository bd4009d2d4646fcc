/** Parses and checks one line of input of `npm run analyze`. */

import { type NamedRule, RULES, ruleOf, versionsOf } from '../../domain/evidence/rules.js';
import {
  isRuleName,
  type PairRow,
  RULE_NAMES,
  type RuleName,
  type RuleSettings,
} from '../../domain/evidence/types.js';
import { DEFAULT_POLICY } from '../../domain/experiment.js';

/** One test with all its rows. */
export interface Analysis {
  rule: RuleName;
  /** Default: the newest. */
  ruleVersion?: string;
  settings: RuleSettings;
  checkEveryHours: number;
  /** One row per hour, in order. */
  rows: PairRow[];
}

export function ruleFor({ rule, ruleVersion }: Analysis): NamedRule {
  return ruleVersion === undefined ? RULES[rule] : ruleOf(rule, ruleVersion);
}

/** The message says in one sentence what is wrong with the line. */
export class BadLine extends Error {
  override readonly name = 'BadLine';
}

const DAY_HOURS = 24;
/** Minimum impressions per ad for the fixed rule; for the other rules the minimum of clicks is enough. */
const WELCH_IMPRESSIONS = 100;

/** Reads a line of JSON; unknown fields are ignored. Throws BadLine if a field is malformed. */
export function analysisOf(line: string): Analysis {
  const fields = objectOf(line);
  const rule = fields.rule ?? DEFAULT_POLICY.rule;
  if (!isRuleName(rule))
    throw new BadLine(`rule must be one of ${RULE_NAMES.join(', ')}, got ${shown(rule)}`);
  const versions = versionsOf(rule);
  const ruleVersion = fields.rule_version ?? versions.at(-1);
  if (typeof ruleVersion !== 'string' || !versions.includes(ruleVersion)) {
    throw new BadLine(`rule_version must be one of ${versions.join(', ')}, got ${shown(ruleVersion)}`);
  }
  const strict = fields.strict ?? false;
  if (typeof strict !== 'boolean') throw new BadLine(`strict must be true or false, got ${shown(strict)}`);
  if (strict && rule !== 'sequential')
    throw new BadLine(`strict is a form of the rule sequential, not of ${rule}`);
  const number = (name: string, otherwise: number, minimum: number): number => {
    const value = fields[name] === undefined ? otherwise : fields[name];
    if (typeof value !== 'number' || !(value >= minimum)) {
      throw new BadLine(`${name} must be a number of at least ${minimum}, got ${shown(value)}`);
    }
    return value;
  };
  return {
    rule,
    ruleVersion,
    settings: {
      confidence: number('confidence', DEFAULT_POLICY.confidence, 0),
      horizonHours: number('horizon_hours', DEFAULT_POLICY.horizonHours, 1),
      minimumHours: number('minimum_hours', DEFAULT_POLICY.minimumRunHours, 0),
      minimumClicks: number('minimum_clicks', DEFAULT_POLICY.minimumClicks, 0),
      minimumImpressions: rule === 'welch' ? WELCH_IMPRESSIONS : 0,
      strict,
    },
    checkEveryHours: number('check_every_hours', DEFAULT_POLICY.checkEveryHours, 1),
    rows: rowsOf(fields.rows),
  };
}

function objectOf(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new BadLine(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadLine(`a line is one JSON object, got ${shown(value)}`);
  }
  return value as Record<string, unknown>;
}

function rowsOf(value: unknown): PairRow[] {
  if (!Array.isArray(value)) {
    throw new BadLine('rows must be a list of [impressionsA, clicksA, impressionsB, clicksB]');
  }
  return value.map((row: unknown, hour): PairRow => {
    if (!Array.isArray(row) || row.length !== 4 || !row.every(isCount)) {
      throw new BadLine(`rows[${hour}] must be four whole numbers of at least 0, got ${shown(row)}`);
    }
    const [exposureA, eventsA, exposureB, eventsB] = row as [number, number, number, number];
    return { exposureA, eventsA, exposureB, eventsB, day: hour / DAY_HOURS };
  });
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** The rows of one earlier test of the account: a line of `{"rows": […]}`. Throws BadLine. */
export function earlierTestOf(line: string): PairRow[] {
  return rowsOf(objectOf(line).rows);
}
