/** Delimited text as in RFC 4180: quoted fields may contain the delimiter, line ends and doubled quotes. */

/** A fault at a line (from 1) and a column of a file. */
export class CsvError extends Error {
  constructor(
    readonly line: number,
    /** A column's name and number, or the number of a character in its line. */
    readonly column: string,
    readonly fault: string,
  ) {
    super(`line ${line}, column ${column}: ${fault}`);
    this.name = 'CsvError';
  }
}

export interface CsvRecord {
  fields: string[];
  /** The line on which each field starts. */
  lines: number[];
}

/**
 * The records of a text, in order. Empty lines and a byte order mark are skipped; lines end with LF, CRLF or CR.
 * Throws {@link CsvError} for a quote that is never closed or is out of place.
 */
export function parseCsv(text: string, delimiter: ',' | ';'): CsvRecord[] {
  const records: CsvRecord[] = [];
  let record: CsvRecord = { fields: [], lines: [] };
  let line = 1;
  let lineStart = text.startsWith('\uFEFF') ? 1 : 0;
  let at = lineStart;
  const place = (index: number) => `${index - lineStart + 1} (character)`;
  const endRecord = () => {
    if (record.fields.length > 1 || record.fields[0] !== '') records.push(record);
    record = { fields: [], lines: [] };
  };

  while (at < text.length || record.fields.length > 0) {
    record.lines.push(line);
    if (text[at] === '"') {
      const [opened, openedAt] = [line, place(at)];
      let value = '';
      at++;
      for (;;) {
        const char = text[at];
        if (char === undefined) throw new CsvError(opened, openedAt, 'a quote opens and never closes');
        if (char === '"') {
          if (text[at + 1] !== '"') break;
          at++;
        }
        value += char;
        at++;
        if (char === '\n' || (char === '\r' && text[at] !== '\n')) {
          line++;
          lineStart = at;
        }
      }
      at++;
      record.fields.push(value);
    } else {
      const start = at;
      while (at < text.length && !isEnd(text[at]!, delimiter)) {
        if (text[at] === '"') throw new CsvError(line, place(at), 'a quote inside a field without quotes');
        at++;
      }
      record.fields.push(text.slice(start, at));
    }

    const char = text[at];
    if (char === delimiter) {
      at++;
      continue;
    }
    if (char !== undefined && char !== '\r' && char !== '\n') {
      throw new CsvError(line, place(at), `expected "${delimiter}" or the line's end after a quoted field`);
    }
    endRecord();
    if (char === undefined) break;
    at += char === '\r' && text[at + 1] === '\n' ? 2 : 1;
    line++;
    lineStart = at;
  }
  return records;
}

function isEnd(char: string, delimiter: string): boolean {
  return char === delimiter || char === '\n' || char === '\r';
}

/** The records below a header; fields are read by column name. */
export class CsvTable {
  readonly records: CsvRecord[];
  private readonly header: CsvRecord;

  /** Throws {@link CsvError} if the text is empty or a record doesn't have as many fields as the header. */
  constructor(text: string, delimiter: ',' | ';') {
    const [header, ...records] = parseCsv(text, delimiter);
    if (!header) throw new CsvError(1, '1', 'the file is empty');
    const wanted = header.fields.length;
    for (const { fields, lines } of records) {
      if (fields.length === wanted) continue;
      const column = Math.min(fields.length, wanted + 1);
      const found = `this line has ${fields.length} fields, the header has ${wanted}`;
      throw new CsvError(lines[column - 1]!, String(column), found);
    }
    this.header = header;
    this.records = records;
  }

  has(column: string): boolean {
    return this.header.fields.includes(column);
  }

  /** A column's index. Throws {@link CsvError} if the header lacks it. */
  column(name: string): number {
    const index = this.header.fields.indexOf(name);
    if (index < 0) throw new CsvError(this.header.lines[0]!, `"${name}"`, 'the header lacks this column');
    return index;
  }

  /** A fault of one field. */
  fault(record: CsvRecord, column: number, fault: string): CsvError {
    return new CsvError(record.lines[column]!, `"${this.header.fields[column]}" (${column + 1})`, fault);
  }

  /** A whole number of at least 0. Throws {@link CsvError} for anything else. */
  count(record: CsvRecord, column: number): number {
    const text = record.fields[column]!.trim();
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      throw this.fault(record, column, `expected a whole number, got ${JSON.stringify(text)}`);
    }
    return value;
  }
}

/** The delimiter of a text, from its header: a comma unless there are only semicolons. */
export function delimiterOf(text: string): ',' | ';' {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  return header.includes(';') && !header.includes(',') ? ';' : ',';
}
