import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';
import { auditBooks, compare, phaseTimings } from '../../../src/tools/demo/books.js';
import { auditOf, bookOf, ROLLED_OUT, rolloutWrites } from './support/fixtures.js';

const WAITS = [
  { name: '60', waitHours: 0 },
  { name: '70', waitHours: 1 },
  { name: '80', waitHours: 2 },
];

function doctoredLedger(change: Partial<LedgerRowJson>, sequence = 4): string[] {
  const book = bookOf(rolloutWrites(), ROLLED_OUT);
  const ledger = book.ledger.map((row) => (row.sequence === sequence ? { ...row, ...change } : row));
  return auditBooks([{ ...book, ledger }], auditOf(rolloutWrites()));
}

describe('auditBooks', () => {
  it('finds nothing if ledger and audit agree', () => {
    expect(auditBooks([bookOf(rolloutWrites(), ROLLED_OUT)], auditOf(rolloutWrites()))).toEqual([]);
  });

  it.each<[string, Partial<LedgerRowJson>]>([
    ['another ad set', { ad_set_id: 'L' }],
    ['another amount before', { before: 11_999 }],
    ['another amount asked for', { intended: 13_999, read_back: 13_999 }],
    ['another amount read back', { read_back: 13_999 }],
    ['another outcome', { outcome: 'refused', read_back: null }],
    ['another instant', { at: '2026-11-25T08:00:00Z', settled_at: '2026-11-25T08:01:00Z' }],
  ])('names the row with %s', (difference, change) => {
    const problems = doctoredLedger(change);
    expect(problems[0]).toContain(difference);
    expect(problems[0]).toContain('spring, ledger row 4 (phase 70');
  });

  it('finds rows in another order', () => {
    const writes = rolloutWrites();
    const audit = auditOf(writes);
    const swapped = [audit[1]!, audit[0]!, ...audit.slice(2)];
    expect(auditBooks([bookOf(writes, ROLLED_OUT)], swapped)).not.toEqual([]);
  });

  it('finds a write that the ledger lacks, and one that the market never saw', () => {
    const writes = rolloutWrites();
    const short = bookOf(writes.slice(0, -1), { ...ROLLED_OUT, W: { before: 10_000, now: 14_000 } });
    expect(auditBooks([short], auditOf(writes))).toEqual([
      expect.stringContaining('the market saw a write that the ledger lacks: audit row 6'),
    ]);
    expect(auditBooks([bookOf(writes, ROLLED_OUT)], auditOf(writes.slice(0, -1)))).toEqual([
      expect.stringContaining(
        'ledger row 6 (phase 80, ad set W, 14000 -> 16000, applied): the market has no such',
      ),
    ]);
  });

  it('finds a write by someone else, and a write to an ad set that is in no test', () => {
    const audit: AuditRow[] = auditOf(rolloutWrites()).map((row) =>
      row.sequence === 2 ? { ...row, actor: 'person' } : row,
    );
    const stray = { ...audit[5]!, sequence: 7, adSetId: 'X' };
    const problems = auditBooks([bookOf(rolloutWrites(), ROLLED_OUT)], [...audit, stray]);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('ad set that is in no test');
    expect(problems[1]).toContain('written by someone else');
  });

  it('finds a budget that differs from the last write', () => {
    const book = bookOf(rolloutWrites(), { ...ROLLED_OUT, W: { before: 10_000, now: 15_000 } });
    expect(auditBooks([book], auditOf(rolloutWrites()))).toEqual([
      'spring: ad set W stands at 15000, the ledger says 16000.',
    ]);
  });

  it('finds a raise before its cut', () => {
    const raised = rolloutWrites().slice(0, 2).reverse();
    const writes = raised.map((write, index) => ({ ...write, hour: index / 20 }));
    const budgets = { L: { before: 10_000, now: 8_000 }, W: { before: 10_000, now: 12_000 } };
    expect(auditBooks([bookOf(writes, budgets)], auditOf(writes))).toEqual([
      expect.stringContaining('spring: a write made the total 22000, above 20000: audit row 1'),
    ]);
  });

  it('knows that a refused write changed nothing', () => {
    const writes = [
      ...rolloutWrites().slice(0, 2),
      { adSetId: 'L', phase: '70', before: 8_000, intended: 6_000, hour: 1.2 },
      { adSetId: 'W', phase: '70', before: 12_000, intended: 14_000, hour: 1.25, refused: true },
      { adSetId: 'W', phase: 'revert', before: 12_000, intended: 10_000, hour: 1.3 },
      { adSetId: 'L', phase: 'revert', before: 6_000, intended: 10_000, hour: 1.4 },
    ];
    const back = { L: { before: 10_000, now: 10_000 }, W: { before: 10_000, now: 10_000 } };
    expect(auditBooks([bookOf(writes, back)], auditOf(writes))).toEqual([]);
  });

  it('allows only an attempt of unknown outcome to lack its audit row', () => {
    const writes = rolloutWrites();
    const book = bookOf(writes, ROLLED_OUT);
    const lost = {
      ...book.ledger[2]!,
      outcome: 'unknown' as const,
      read_back: null,
      at: '2026-11-25T07:00:00Z',
      settled_at: '2026-11-25T07:01:00Z',
    };
    const ledger = [...book.ledger.slice(0, 2), lost, ...book.ledger.slice(2)].map((row, index) => ({
      ...row,
      sequence: index + 1,
    }));
    const { matched, problems } = compare({ ...book, ledger }, auditOf(writes));
    expect(problems).toEqual([]);
    expect(matched.filter(({ audit }) => audit === null)).toHaveLength(1);
    const pretended = ledger.map((row) =>
      row === ledger[2] ? { ...row, outcome: 'applied' as const } : row,
    );
    expect(compare({ ...book, ledger: pretended }, auditOf(writes)).problems).not.toEqual([]);
  });
});

describe('phaseTimings', () => {
  it('measures every phase from the first write, and the wait from the previous read-back', () => {
    const timings = phaseTimings(bookOf(rolloutWrites(), ROLLED_OUT), auditOf(rolloutWrites()), WAITS);
    expect(timings.map(({ phase }) => phase)).toEqual(['60', '70', '80']);
    expect(timings[0]!.late).toBeCloseTo(0.055, 6);
    expect(timings[1]!.late).toBeCloseTo(0.255, 6);
    expect(timings[2]!.late).toBeCloseTo(0.455, 6);
    expect(timings[1]!.slack).toBeCloseTo(1.205 - 0.06 - 1, 6);
    expect(timings[2]!.slack).toBeCloseTo(3.405 - 1.26 - 2, 6);
  });

  it('shows a phase that came too early', () => {
    const writes = rolloutWrites().map((write) =>
      write.phase === '70' ? { ...write, hour: write.hour - 0.3 } : write,
    );
    const timings = phaseTimings(bookOf(writes, ROLLED_OUT), auditOf(writes), WAITS);
    expect(timings[1]!.slack).toBeLessThan(0);
  });

  it('leaves out phases that were not reached', () => {
    const writes = rolloutWrites().slice(0, 3);
    const budgets = { L: { before: 10_000, now: 6_000 }, W: { before: 10_000, now: 12_000 } };
    expect(phaseTimings(bookOf(writes, budgets), auditOf(writes), WAITS).map(({ phase }) => phase)).toEqual([
      '60',
    ]);
    expect(phaseTimings(bookOf([], budgets), [], WAITS)).toEqual([]);
  });
});
