import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES } from '../../../src/domain/creative/registry.js';
import { effectsOf } from '../../../src/domain/patterns/effects.js';
import type { HeadlineTest } from '../../../src/tools/headline-tests/headline-tests.js';
import { findPatterns, type PatternRow } from '../../../src/tools/patterns/patterns.js';
import { foreignPackages, patternTests, readArchive } from '../../../src/tools/patterns/read.js';

const file = fileURLToPath(new URL('../../../../shared/data/upworthy-headline-tests.csv', import.meta.url));
const there = existsSync(file);

const archiveOf = (includeFaultyWeeks: boolean) =>
  readArchive({ name: 'archive.csv', text: readFileSync(file, 'utf8') }, includeFaultyWeeks).tests;
const read = (tests: readonly HeadlineTest[]) => patternTests(tests, () => {});
const passing = (patterns: readonly PatternRow[]) => patterns.filter(({ q }) => q <= 0.05);

/** The file is in the order of the weeks. */
const FIRST = 2_400;

describe.skipIf(!there)(
  there ? 'real headline tests' : 'real headline tests, whose archive is not on this machine',
  () => {
    it('give the known effects', () => {
      const { patterns } = findPatterns(read(archiveOf(true)), null);
      const effect = (id: string) => patterns.find((pattern) => pattern.id === id)?.effect;
      // Measured before this registry was written, by other code with definitions of its own.
      const known = {
        question_mark: -0.108,
        ends_with_question: -0.116,
        exclamation_mark: -0.112,
        ten_words_or_fewer: -0.087,
        five_words_more: 0.062,
        he_or_his: 0.136,
        she_or_her: 0.119,
        i_or_my: 0.06,
        we_or_our: -0.037,
        this_or_these: 0.054,
        turn_in_time: 0.089,
        names_the_medium: 0.113,
      };
      for (const [id, expected] of Object.entries(known)) {
        expect([id, Math.abs(effect(id)! - expected) < 0.012]).toEqual([id, true]);
      }
    });

    it.each([
      ['without the badly randomised weeks', false, 10],
      ['with all weeks', true, 25],
    ])('%s: what the first 2,400 tests establish keeps its sign in the rest', (_, includeFaulty, least) => {
      const all = archiveOf(true);
      const sound = new Set(archiveOf(includeFaulty).map(({ id }) => id));
      const within = (tests: HeadlineTest[]) => read(tests.filter(({ id }) => sound.has(id)));
      const { patterns } = findPatterns(within(all.slice(0, FIRST)), within(all.slice(FIRST)));
      const established = passing(patterns);
      expect(established.length).toBeGreaterThanOrEqual(least);
      const same = established.filter(({ check }) => check?.same_sign);
      expect(same.length / established.length).toBeGreaterThanOrEqual(0.85);
      for (const { effect, interval } of established) {
        expect(interval.map(Math.sign)).toEqual([Math.sign(effect), Math.sign(effect)]);
      }
    });

    it('give no effect if the outcomes are dealt to the wrong tests', () => {
      const all = read(archiveOf(true));
      // Each arm gets the log rate of the arm of the same place in a test far away.
      const shuffled = all.map(({ id, arms }, t) => {
        const other = all[(t + 997) % all.length]!.arms;
        return {
          id,
          arms: arms.map((arm, i) => ({
            ...arm,
            logRate: other[i % other.length]!.logRate,
            variance: other[i % other.length]!.variance,
          })),
        };
      });
      const found = effectsOf(
        shuffled,
        ATTRIBUTES.map(({ id }) => id),
      );
      expect(found.length).toBeGreaterThan(80);
      expect(found.filter(({ q }) => q <= 0.05)).toEqual([]);
    });

    it('are read as English, and quickly fitted', () => {
      const tests = archiveOf(true);
      expect(foreignPackages(tests)).toEqual({ count: 0, language: null });
      const arms = read(tests);
      const started = performance.now();
      effectsOf(
        arms,
        ATTRIBUTES.map(({ id }) => id),
      );
      expect(performance.now() - started).toBeLessThan(2_000);
    });
  },
);
