import { describe, expect, it } from 'vitest';
import { fail, formatFinding, messageOf, ok, warn, within } from '../../../src/tools/doctor/finding.js';

describe('a finding', () => {
  it('is one line: level, what, figure, cure', () => {
    expect(formatFinding(ok('Database', 'PostgreSQL 18.1'))).toBe('ok    Database          PostgreSQL 18.1');
    expect(formatFinding(warn('Webhook', 'odd', 'look at it'))).toBe(
      'warn  Webhook           odd  — look at it',
    );
    expect(formatFinding(fail('Temporal', 'two\n  lines', 'start\r\nit'))).toBe(
      'fail  Temporal          two lines  — start it',
    );
  });

  it('comes in time for a check that hangs, and for one that throws', async () => {
    const late = await within(30, 'Meta', () => new Promise(() => {}));
    expect(late).toEqual([fail('Meta', 'no answer within 0.03 s', 'check the address and the network')]);
    const broken = await within(1_000, 'Meta', async () => {
      throw new RangeError('no such day');
    });
    expect(broken).toEqual([fail('Meta', 'no such day', 'see the message')]);
    expect(await within(1_000, 'Meta', async () => [ok('Meta', 'fine')])).toEqual([ok('Meta', 'fine')]);
  });

  it('has the reasons of an error that contains others', () => {
    expect(messageOf(new AggregateError([new Error('first'), new Error('second')]))).toBe('first; second');
    expect(messageOf('text')).toBe('text');
  });
});
