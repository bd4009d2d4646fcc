import { describe, expect, it } from 'vitest';
import { CsvError, CsvTable, parseCsv } from '../../../src/tools/headline-tests/csv.js';

const fieldsOf = (text: string, delimiter: ',' | ';' = ',') =>
  parseCsv(text, delimiter).map(({ fields }) => fields);

/** The message about a faulty text. */
function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof CsvError) return error.message;
    throw error;
  }
  throw new Error('expected a fault');
}

describe('delimited text', () => {
  it.each([
    [
      'plain fields',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CRLF and CR',
      'a,b\r\nc,d\re,f',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ],
    ],
    ['empty fields, the last one too', ',a,\n', [['', 'a', '']]],
    [
      'an empty last field at the end of the text',
      'a,b\nc,',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['quoted delimiters and doubled quotes', '"a, ""b""",c\n', [['a, "b"', 'c']]],
    ['line ends in quotes', '"a\nb\r\nc",d\n', [['a\nb\r\nc', 'd']]],
    ['empty quotes, alone on a line too', '"",x\n', [['', 'x']]],
    [
      'empty lines left out',
      'a,b\n\n\nc,d\n\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a byte order mark', '\uFEFFa,b\n', [['a', 'b']]],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(fieldsOf(text)).toEqual(expected);
  });

  it('accepts a semicolon as delimiter; a comma is text then', () => {
    expect(fieldsOf('a,1;b\n', ';')).toEqual([['a,1', 'b']]);
  });

  it('knows the line on which each field starts', () => {
    const [, record] = parseCsv('a,b,c\n"1\n2","3\n4",5\n', ',');
    expect(record!.lines).toEqual([2, 3, 4]);
  });

  it.each([
    ['a\n"b', 'line 2, column 1 (character): a quote opens and never closes'],
    ['a\nb,c"d', 'line 2, column 4 (character): a quote inside a field without quotes'],
    ['"a\nb"c,d', 'line 2, column 3 (character): expected "," or the line\'s end after a quoted field'],
  ])('says where the fault in %j is', (text, fault) => {
    expect(faultOf(() => parseCsv(text, ','))).toBe(fault);
  });
});

describe('a table', () => {
  const table = new CsvTable('id,clicks\nx,12\ny,1.5\nz,\n', ',');

  it('reads whole numbers, and names line and column of anything else', () => {
    const clicks = table.column('clicks');
    const [x, y, z] = table.records;
    expect(table.count(x!, clicks)).toBe(12);
    expect(faultOf(() => table.count(y!, clicks))).toBe(
      'line 3, column "clicks" (2): expected a whole number, got "1.5"',
    );
    expect(faultOf(() => table.count(z!, clicks))).toBe(
      'line 4, column "clicks" (2): expected a whole number, got ""',
    );
  });

  it.each([
    ['', 'line 1, column 1: the file is empty'],
    ['a,b\n1,2\n3\n', 'line 3, column 1: this line has 1 fields, the header has 2'],
    ['a,b\n1,2,3\n', 'line 2, column 3: this line has 3 fields, the header has 2'],
  ])('refuses %j', (text, fault) => {
    expect(faultOf(() => new CsvTable(text, ','))).toBe(fault);
  });

  it('names a column that the header lacks', () => {
    expect(faultOf(() => table.column('week'))).toBe('line 1, column "week": the header lacks this column');
  });
});
