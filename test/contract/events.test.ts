import { describe, expect, it } from 'vitest';
import { formatEvent, type ServiceEvent } from '../../src/contract/events.js';

const event: ServiceEvent = {
  at: Date.UTC(2026, 8, 1, 9, 5, 59, 999),
  kind: 'phase',
  experimentId: 'spring-sale',
  text: 'phase 60: challenger has USD 60.00 of USD 100.00 a day',
};

describe('an event as a line', () => {
  it('has its instant to the minute, its experiment, its kind and its text', () => {
    expect(formatEvent(event)).toBe(
      '2026-09-01 09:05  spring-sale            phase    phase 60: challenger has USD 60.00 of USD 100.00 a day',
    );
  });

  it('of no experiment keeps its columns', () => {
    const line = formatEvent({ ...event, experimentId: null, kind: 'decision', text: 'x' });
    expect(line).toBe('2026-09-01 09:05  -                      decision x');
  });

  it('keeps a long id whole', () => {
    const experimentId = 'a'.repeat(64);
    expect(formatEvent({ ...event, experimentId })).toContain(`  ${experimentId} phase `);
  });

  it('stays on one line', () => {
    expect(formatEvent({ ...event, text: 'Meta said:\r\n  <html>\n' })).toMatch(/Meta said: <html>$/);
    expect(formatEvent({ ...event, text: 'a\u001b[31mred' })).not.toContain('\u001b');
  });
});
