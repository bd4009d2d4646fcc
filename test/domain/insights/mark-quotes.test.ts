import { describe, expect, it } from 'vitest';
import { contains } from '../../../src/domain/insights/checks.js';
import { markQuotes } from '../../../src/domain/insights/mark-quotes.js';

const shown = (text: string, ...quotes: string[]) =>
  markQuotes(text, quotes)
    .map(({ text: piece, isMarked }) => (isMarked ? `[${piece}]` : piece))
    .join('');

describe('quotes are marked in their text', () => {
  it.each([
    ['Cold feet? Never again.', ['Cold feet?'], '[Cold feet?] Never again.'],
    ['They don’t slip…  ever', ["don't slip... ever"], 'They [don’t slip…  ever]'],
    ['  Warm\n\nall winter ', ['"Warm all winter"'], '  [Warm\n\nall winter] '],
    ['one two three four', ['two three', 'three four'], 'one [two three four]'],
    ['one two', ['two', 'one'], '[one] [two]'],
    ['Cafe\u0301 au lait', ['Café'], '[Café] au lait'],
    ['Socks 🧦 for you', ['🧦 for'], 'Socks [🧦 for] you'],
    ['دافئ طوال الشتاء', ['طوال الشتاء'], 'دافئ [طوال الشتاء]'],
  ])('%s', (text, quotes, marked) => {
    expect(shown(text, ...quotes)).toBe(marked);
    for (const quote of quotes) expect(contains(text, quote)).toBe(true);
  });

  it('unless they are not there, or empty', () => {
    expect(shown('Warm all winter', 'summer', '', '""')).toBe('Warm all winter');
    expect(markQuotes('', ['x'])).toEqual([]);
  });
});
