/** What the address of the library asks for. Pure. */
import type { z } from '@hono/zod-openapi';
import { PatternQuery } from '../../api/patterns/requests.js';

export type LibraryQuery = Partial<
  Pick<z.output<typeof PatternQuery>, 'q' | 'state' | 'kind' | 'basis' | 'category' | 'cursor'>
>;

const FIELDS = ['q', 'state', 'kind', 'basis', 'category', 'cursor'] as const;

/** An unknown choice in an address shows all: a page is no place to refuse. */
export function readQuery(given: Readonly<Record<string, string>>): LibraryQuery {
  return Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = given[name]?.trim();
      if (!value) return [];
      const parsed = PatternQuery.shape[name].safeParse(value);
      return parsed.success && parsed.data !== undefined ? [[name, parsed.data]] : [];
    }),
  );
}

export function isFiltered(query: LibraryQuery): boolean {
  return FIELDS.some((name) => name !== 'cursor' && query[name] !== undefined);
}

/** The address of the library with these choices. */
export function addressOf(query: LibraryQuery): string {
  const parameters = new URLSearchParams();
  for (const name of FIELDS) {
    const value = query[name];
    if (value !== undefined) parameters.set(name, value);
  }
  const text = parameters.toString();
  return `/learn${text === '' ? '' : `?${text}`}#library`;
}
