import { describe, expect, it } from 'vitest';
import { Attempts } from '../../../src/web/sign-in/attempts.js';

describe('failed attempts', () => {
  it('are limited to ten within a minute, per client', () => {
    let now = 0;
    const attempts = new Attempts(() => now);
    for (let each = 0; each < 10; each++) {
      expect(attempts.waitMs('a')).toBe(0);
      attempts.failed('a');
      now += 1_000;
    }
    expect(attempts.waitMs('a')).toBe(50_000);
    expect(attempts.waitMs('b')).toBe(0);
    now += 50_000;
    expect(attempts.waitMs('a')).toBe(0);
    attempts.failed('a');
    expect(attempts.waitMs('a')).toBe(1_000);
  });

  it('are remembered for the latest 10,000 clients', () => {
    const attempts = new Attempts(() => 0);
    for (let each = 0; each < 10; each++) attempts.failed('old');
    for (let client = 0; client < 10_000; client++) attempts.failed(`client ${client}`);
    expect(attempts.waitMs('old')).toBe(0);
  });
});
