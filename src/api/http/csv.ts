/** CSV (RFC 4180): a header row, commas, CRLF. */

type Cell = string | number | null | undefined;

/** One line per row, in the order of `columns`; what a row lacks is empty. */
export function csvOf<Column extends string>(
  columns: readonly Column[],
  rows: readonly Partial<Record<Column, Cell>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? '')).join(','));
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

/** Headers of a CSV that a browser saves under this name. */
export function csvHeaders(name: string): Record<string, string> {
  return {
    'content-type': 'text/csv; charset=utf-8',
    // Ids of experiments have letters, digits, _ and - only; any other character could end the quotes.
    'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}.csv"`,
  };
}

/** A spreadsheet would run a text that begins like a formula. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
