import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { majorToMinor } from '../../../src/clients/meta/field-reader.js';
import { currencyOffset } from '../../../src/domain/budget.js';

describe("Meta's currency offsets", () => {
  it.each(['CLP', 'COP', 'CRC', 'HUF', 'ISK', 'IDR', 'JPY', 'KRW', 'PYG', 'TWD', 'VND'])(
    '%s has no cents',
    (code) => {
      expect(currencyOffset(code)).toBe(1);
    },
  );

  // In ISO 4217 KWD and BHD have three decimals, XOF and UGX none. At Meta all have two.
  it.each(['USD', 'EUR', 'GBP', 'CHF', 'KWD', 'BHD', 'XOF', 'UGX'])('%s has cents', (code) => {
    expect(currencyOffset(code)).toBe(100);
  });

  it.each(['', 'usd', 'EURO', 'E R', '123'])('refuses %j', (code) => {
    expect(() => currencyOffset(code)).toThrow(RangeError);
  });
});

describe('minor units from major units', () => {
  it.each<[string, 1 | 100, number]>([
    ['0', 100, 0],
    ['12.34', 100, 1234],
    ['12.3', 100, 1230],
    ['12', 100, 1200],
    ['0.07', 100, 7],
    // In binary floating point 1.005 × 100 is 100.49999999999999, and 4.35 × 100 is 434.99999999999994.
    ['1.005', 100, 101],
    ['4.35', 100, 435],
    ['1.00499999999999999999', 100, 100],
    ['90071992547409.91', 100, 9007199254740991],
    ['1234', 1, 1234],
    ['1234.00', 1, 1234],
    ['1234.5', 1, 1235],
    ['007.10', 100, 710],
  ])('%s × %i', (text, offset, minor) => {
    expect(majorToMinor(text, offset)).toBe(minor);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '1.',
    '.5',
    '-1',
    '+1',
    '1e3',
    '1,5',
    '0x10',
    'NaN',
    '90071992547409.92',
    '9'.repeat(31),
  ])('refuses %j', (text) => {
    expect(majorToMinor(text, 100)).toBeNull();
  });

  it('is exact for every amount of cents', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (minor) => {
        const text = `${BigInt(minor) / 100n}.${String(minor % 100).padStart(2, '0')}`;
        return majorToMinor(text, 100) === minor;
      }),
      { seed: 1 },
    );
  });
});
