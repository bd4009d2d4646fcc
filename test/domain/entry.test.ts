import { describe, expect, it } from 'vitest';
import { entryOf, isInherited } from '../../src/domain/entry.js';

describe('an entry of a record', () => {
  it('is the record’s own, whatever the id', () => {
    const record: Record<string, number> = { ['__proto__']: 1, constructor: 2, a: 3 };
    expect([entryOf(record, '__proto__'), entryOf(record, 'constructor'), entryOf(record, 'a')]).toEqual([
      1, 2, 3,
    ]);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])(
    'is never a property that every object inherits: %s',
    (id) => {
      expect(entryOf({ a: 1 }, id)).toBeUndefined();
      expect(isInherited(id)).toBe(true);
    },
  );

  it('is undefined if there is no record', () => {
    expect(entryOf(undefined, 'a')).toBeUndefined();
    expect(isInherited('control')).toBe(false);
  });
});
