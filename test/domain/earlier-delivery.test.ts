import { describe, expect, it } from 'vitest';
import { takeLook } from '../../src/domain/decision/look.js';
import {
  declarationSentence,
  type EarlierDelivery,
  earlierDeliverySentence,
  firstCommonBucket,
  importedSince,
  readDelivery,
} from '../../src/domain/earlier-delivery.js';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { hourAt, START, traffic, USUAL, variants } from './support/traffic.js';

const HANDOVER = hourAt(240);

function earlier(changes: Partial<EarlierDelivery> = {}): EarlierDelivery {
  return {
    handedOverAt: HANDOVER,
    since: START,
    read: readDelivery(['control', 'c1'], traffic('few hours', 3, [USUAL, USUAL]), HANDOVER),
    declared: { by: 'Ana', reason: 'in the plan of October', at: HANDOVER },
    ...changes,
  };
}
const DECLARED =
  'Counts delivery since 2026-03-02 00:00 UTC, before the handover: Ana declared that the test was planned so.';

describe('the first common bucket', () => {
  const row = (adId: string, hour: number, impressions = 10) => ({
    adId,
    bucketStart: hourAt(hour),
    bucketEnd: hourAt(hour + 1),
    impressions,
  });

  it('is the first one that has ended and in which all ads delivered', () => {
    const rows = [
      row('a', 3),
      row('b', 5),
      row('a', 5),
      row('a', 1),
      row('b', 1, 0),
      row('b', 3),
      row('c', 5),
    ];
    expect(firstCommonBucket(['a', 'b'], rows, HANDOVER)).toEqual({ start: hourAt(3), end: hourAt(4) });
    expect(firstCommonBucket(['a', 'b', 'c'], rows, HANDOVER)).toEqual({ start: hourAt(5), end: hourAt(6) });
    expect(firstCommonBucket(['a', 'b', 'c'], rows, hourAt(6) - 1)).toBeNull();
    expect(firstCommonBucket(['a', 'd'], rows, HANDOVER)).toBeNull();
    expect(firstCommonBucket(['a', 'b'], [], HANDOVER)).toBeNull();
  });
});

describe('what was read', () => {
  it('sums the buckets of each ad and says from when to when any delivered', () => {
    const rows = traffic('sums', 5, [USUAL, { ...USUAL, impressions: 0 }]);
    const { at, span, totals } = readDelivery(['control', 'c1'], rows, HANDOVER);
    expect({ at, span }).toEqual({ at: HANDOVER, span: { from: START, to: hourAt(5) } });
    const own = rows.filter(({ variantId }) => variantId === 'control');
    for (const field of ['impressions', 'linkClicks', 'spend', 'conversions', 'revenue'] as const)
      expect(totals.control![field]).toBe(own.reduce((sum, row) => sum + row[field], 0));
    expect(totals.control!.linkClicks).toBeGreaterThan(0);
    expect(totals.c1!.impressions).toBe(0);
    expect(readDelivery(['control', 'c1'], [], HANDOVER).span).toBeNull();
  });

  it('begins one planned duration before the handover if it does not count', () => {
    expect(importedSince(HANDOVER, 72.5)).toBe(HANDOVER - 72.5 * HOUR_MS);
  });
});

describe('the sentence', () => {
  const said = (earlierDelivery: EarlierDelivery | undefined, policy: Partial<Policy> = {}) =>
    earlierDeliverySentence({
      startedAt: START,
      policy: { ...DEFAULT_POLICY, ...policy },
      ...(earlierDelivery && { earlierDelivery }),
    });

  it('says who declared that it counts, or why it does not, by the confidence of the test', () => {
    expect(said(earlier())).toBe(DECLARED);
    const shown = earlier({ declared: null });
    expect(said(shown)).toBe(
      "Delivery before the handover, the start of the test here, isn't counted: if tests were started because an ad already looks good, more than 5 % of equal ads would be called winners.",
    );
    expect(said(shown, { confidence: 0.9 })).toContain('more than 10 % of equal ads');
    expect(said(shown, { confidence: 0.99 })).toContain('more than 1 % of equal ads');
  });

  it('says that nothing is known yet, or that nothing was delivered; older tests have none', () => {
    expect(said(earlier({ read: null, declared: null }))).toMatch(
      /winners\. Meta has not given its figures yet/,
    );
    expect(said(earlier({ read: null }))).toMatch(/^Counts delivery since .* Ana declared .* next look\.$/);
    const nothing = readDelivery(['control', 'c1'], [], HANDOVER);
    expect(said(earlier({ read: nothing, declared: null }))).toBe(
      'The ads did not deliver before the handover.',
    );
    expect(said(undefined)).toBeNull();
  });
});

describe('a verdict on earlier delivery that counts', () => {
  const look = (dueHours: number, rates: number[], declared: EarlierDelivery['declared'] | undefined) => {
    const ads = rates.map((linkClicks) => ({ ...USUAL, impressions: 400, linkClicks }));
    return takeLook({
      experiment: {
        variants,
        policy: { ...DEFAULT_POLICY, guardrails: [], horizonHours: 240 },
        startedAt: START,
        ...(declared !== undefined && { earlierDelivery: earlier({ declared }) }),
      },
      lookNumber: 1,
      dueAt: hourAt(dueHours),
      observations: traffic('verdict', dueHours, ads),
      previous: null,
      states: {},
    });
  };
  const { declared } = earlier();

  it.each([
    ['promote', 200, [0.02, 0.03]],
    ['continue_testing', 100, [0.02, 0.02]],
    ['insufficient_data', 10, [0.02, 0.02]],
    ['no_winner', 240, [0.02, 0.02]],
  ] as const)('says in its first sentence who declared it: %s', (verdict, hours, rates) => {
    const counted = look(hours, [...rates], declared);
    expect(counted.verdict).toBe(verdict);
    expect(counted.reasons[0]).toMatch(new RegExp(`\\. ${DECLARED}$`));
    for (const record of [null, undefined]) {
      const plain = look(hours, [...rates], record);
      expect(plain.reasons[0]).toBe(counted.reasons[0]!.replace(` ${DECLARED}`, ''));
      expect({ ...plain, reasons: [] }).toEqual({ ...counted, reasons: [] });
    }
  });

  it('needs a declaration', () => {
    expect(
      declarationSentence({ startedAt: START, earlierDelivery: earlier({ declared: null }) }),
    ).toBeNull();
    expect(declarationSentence({ startedAt: START })).toBeNull();
  });
});
