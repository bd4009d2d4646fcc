import { beforeAll, describe, expect, it } from 'vitest';
import { type Cell, type GuardrailReport, guardrailReport } from '../../bench/guardrails/report.js';
import { booksOf, guard, testOfClicks } from '../../bench/guardrails/simulate.js';
import { CHALLENGER, CONTROL, drawHours, observedAt, sell } from '../../bench/guardrails/worlds.js';
import { takeLook } from '../../src/domain/decision/look.js';
import { DEFAULT_POLICY } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { Random } from '../../src/sandbox/random.js';

const RUNS = 24;

describe('guardrails with a known truth', () => {
  let document: GuardrailReport;
  beforeAll(() => {
    document = guardrailReport({ seed: 1, runs: RUNS, equal: 4, lifts: [0.2, 0.3] });
  }, 900_000);

  const of = (cells: readonly Cell[], form: Cell['form'], cost: number, perDay: number) =>
    cells.filter((cell) => cell.form === form && cell.cost === cost && cell.conversions_per_day === perDay);

  it('let almost no ad pass that makes conversions 50 % more expensive', () => {
    const { worst } = document;
    // Three standard errors over 5 and 20 %, at 48 tests of each cost.
    expect(worst.cost_at_least_50.percent).toBeLessThan(5 + 10);
    expect(worst.cost_at_least_20.percent).toBeLessThan(20 + 18);
    for (const cell of of(document.grid, 'non_inferiority', 100, 20)) expect(cell.promoted).toBe(0);
  }, 10_000);

  it('keep the cases back that were promoted before', () => {
    for (const { form, per_click, conversions_per_day, promoted } of document.cases) {
      if (per_click === 1) expect(promoted).toBeGreaterThan(80);
      else if (form === 'non_inferiority') expect(promoted).toBeLessThan(5);
      else if (form === 'before' && conversions_per_day === 20) expect(promoted).toBeGreaterThan(60);
    }
  });

  it('let ads pass that sell as well, later if there are few conversions', () => {
    for (const cell of of(document.grid, 'non_inferiority', 0, 200))
      expect(cell.promoted).toBeGreaterThan(95);
    for (const cell of of(document.grid, 'non_inferiority', -20, 20))
      expect(cell.promoted).toBeGreaterThan(90);
    const [few] = of(document.grid, 'non_inferiority', 0, 20);
    const [many] = of(document.grid, 'non_inferiority', 0, 200);
    expect(few!.promoted_at! - few!.called_at!).toBeGreaterThan(many!.promoted_at! - many!.called_at!);
  });

  it('revert rollouts that harm, and hardly any that do not', () => {
    for (const { cost, conversions_per_day, reverted } of document.rollouts) {
      if (cost <= 0) expect(reverted).toBeLessThan(5);
      if (cost === 100 && conversions_per_day >= 50) expect(reverted).toBeGreaterThan(90);
    }
  });

  it('never promote more equal ads than the rule calls', () => {
    const { by_rule, non_inferiority, no_harm, before } = document.equal_ads;
    for (const promoted of [before, no_harm, non_inferiority]) expect(promoted).toBeLessThanOrEqual(by_rule);
  });
});

describe('a simulated test', () => {
  it('ends as the whole look does, from data with conversions that are booked late', () => {
    for (const run of [0, 1, 2]) {
      const test = testOfClicks(1, 0.3, run);
      const booked = booksOf(1, test, { cost: 0.85, perDay: 60 });
      const { ending, endedAt } = guard(test, booked).non_inferiority;
      let states: Record<string, Uint8Array> = {};
      let previous: ReturnType<typeof takeLook>['pairs'] | null = null;
      let at = 6;
      let found: ReturnType<typeof takeLook> | null = null;
      for (; found?.verdict !== 'promote' && at <= 400; at += 6) {
        found = takeLook({
          experiment: {
            policy: DEFAULT_POLICY,
            startedAt: 0,
            variants: [CONTROL, CHALLENGER].map((id) => ({
              id,
              role: id === CONTROL ? ('control' as const) : ('challenger' as const),
              adId: id,
              adSetId: id,
              creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
            })),
          },
          lookNumber: at / 6,
          dueAt: at * HOUR_MS,
          observations: observedAt(booked, at),
          previous,
          states,
        });
        ({ states, pairs: previous } = found);
      }
      expect([found?.verdict, found?.hours]).toEqual(['promote', endedAt]);
      expect(ending).toBe('promoted');
    }
  }, 60_000);

  it('books each conversion within a day of its click', () => {
    const hours = drawHours(new Random('hours'), { lift: 0.2, from: 0, to: 48 });
    const booked = sell(new Random('sales'), hours, 0.2, { cost: 1, perDay: 200 });
    const sum = (now: number) => observedAt(booked, now).reduce((total, row) => total + row.conversions, 0);
    const first = observedAt(booked, 24).filter(({ bucketEnd }) => bucketEnd <= HOUR_MS);
    const later = observedAt(booked, 48).filter(({ bucketEnd }) => bucketEnd <= HOUR_MS);
    expect(later.map(({ conversions }) => conversions)).toEqual(first.map(({ conversions }) => conversions));
    expect(sum(48)).toBeLessThan(sum(72));
    expect(sum(72)).toBe(sum(100));
    expect(sum(72)).toBeGreaterThan(600);
  });
});
