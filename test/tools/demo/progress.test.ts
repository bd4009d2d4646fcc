import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServiceEvent } from '../../../src/contract/events.js';
import type { KnownRecord } from '../../../src/tools/demo/api.js';
import { createProgress } from '../../../src/tools/demo/progress.js';
import { gathered, look, START } from './support/fixtures.js';

const event = (kind: ServiceEvent['kind'], text: string, experimentId = 'spring'): ServiceEvent => ({
  at: START,
  kind,
  experimentId,
  text,
});

const api: KnownRecord = {
  list: async () => [gathered('spring', { winner: null }).experiment],
  one: () => Promise.reject(new Error('not asked for here')),
  looks: async () => [look({ effect: 0.3, se: 0.06, confidence: 0.912 })],
  ledger: async () => [],
};

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 60, write: (text: string) => written.push(text) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('progress on a terminal', () => {
  it('draws one line per experiment and redraws it in place, at most once per second', async () => {
    const tty = screen(true);
    const progress = createProgress(tty);
    progress.ready(api, 4_000);
    for (let n = 0; n < 50; n++) progress.event(event('decision', `look ${n}`));
    progress.event(event('phase', 'phase 60: challenger has USD 120.00 of USD 200.00 a day'));
    expect(tty.written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    const first = tty.written.join('');
    expect(first).toContain('0 d 1 h of testing');
    expect(first).toMatch(/spring\s+running\s+look {2}5 {2}0\.912\s+phase 60/);
    expect(Math.max(...first.split('\n').map((line) => line.length))).toBeLessThan(60);

    await vi.advanceTimersByTimeAsync(1_000);
    expect(tty.written.join('').slice(first.length).startsWith('\u001b[2A\u001b[J')).toBe(true);
    progress.stop();
    const before = tty.written.length;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(tty.written).toHaveLength(before);
  });

  it('prints other lines above the board, and continues if the service does not answer', async () => {
    const tty = screen(true);
    const progress = createProgress(tty);
    let away = false;
    progress.ready({ ...api, list: () => (away ? Promise.reject(new Error('away')) : api.list()) }, 4_000);
    await vi.advanceTimersByTimeAsync(1_000);
    away = true;
    await vi.advanceTimersByTimeAsync(1_000);
    tty.written.length = 0;
    progress.say('Temporal complains');
    const text = tty.written.join('');
    expect(text.indexOf('Temporal complains')).toBeLessThan(text.indexOf('spring'));
    progress.stop();
  });
});

describe('progress elsewhere', () => {
  it('writes plain lines, at most one per five seconds about an experiment’s looks', () => {
    const plain = screen(false);
    const progress = createProgress(plain);
    progress.ready(api, 4_000);
    progress.event(event('decision', 'look 1'));
    progress.event(event('decision', 'look 2'));
    progress.event(event('decision', 'look 1 of another', 'autumn'));
    progress.event(event('write', 'a write'));
    progress.event(event('write', 'another write'));
    vi.advanceTimersByTime(5_000);
    progress.event(event('decision', 'look 3'));
    const text = plain.written.join('');
    for (const line of ['look 1', 'look 1 of another', 'a write', 'another write', 'look 3'])
      expect(text).toContain(line);
    expect(text).not.toContain('look 2');
    expect(text).not.toContain('\u001b');
  });
});
