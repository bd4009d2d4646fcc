import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command.js';
import { SCENES } from './plan.js';
import type { ChaosDocument } from './report.js';

/** The short form of the command: the ends of two batches that have limits of the account. */
const RUNS = 40;
const SHORT = ['--seed', '1', '--from', '80', '--to', '120'];

const chaos = (...args: string[]) => runCommand('test/system/chaos.ts', args);

describe('npm run chaos', () => {
  it('finds no violation in random schedules of faults, edits and controls', {
    timeout: 480_000,
  }, async () => {
    const { code, out, err } = await chaos(...SHORT);
    const document = JSON.parse(out) as ChaosDocument;
    expect(document.violations, err).toEqual([]);
    expect(code).toBe(0);
    expect(document).toMatchObject({ seed: 1, runs: RUNS });
    for (const draw of [
      ...SCENES,
      'account_in_JPY',
      'account_in_America/New_York',
      'envelope',
      'kill_switch',
    ])
      expect(document.draws[draw], draw).toBeGreaterThan(0);
    expect(document.writes).toBeGreaterThan(RUNS);
    expect(document.faults.total).toBeGreaterThan(RUNS);
    // Each run has a story, a history with its description, and rows in several tables.
    expect(document.secrets.texts).toBeGreaterThan(8 * RUNS);
    expect(document.secrets.echoes).toBeGreaterThan(0);
    const { completed, reverted, held, needs_attention, stopped } = document.final_states;
    expect(completed).toBeGreaterThanOrEqual(RUNS / 10);
    expect(reverted).toBeGreaterThanOrEqual(RUNS / 10);
    expect(completed + reverted + held + needs_attention + stopped).toBeLessThanOrEqual(RUNS);
  });

  it.each([
    [['--seed', 'x'], '--seed'],
    [['--runs', '0'], '--runs'],
    [['--load', 'x'], '--load must be a whole number'],
    [['--mutant', 'nobody'], '--mutant must be one of'],
  ])('refuses %j in one sentence', async (args, names) => {
    const { code, out, err } = await chaos(...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(names);
  });
});
