import type { z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import type { UnreadableRow } from './responses.js';

/** The rows as callers see them, and the rows that can't be shown. */
export interface ShownRows<Shown> {
  shown: Shown[];
  unreadable: z.output<typeof UnreadableRow>[];
}

/** Maps each row with `show`. If a stored row doesn't have the form that this version expects, the others are still shown. */
export function showRows<Row, Shown>(
  { onInternalError }: Pick<ApiContext, 'onInternalError'>,
  rows: readonly Row[],
  idOf: (row: Row) => string,
  show: (row: Row) => Shown,
): ShownRows<Shown> {
  const shown: Shown[] = [];
  const unreadable: ShownRows<Shown>['unreadable'] = [];
  for (const row of rows) {
    try {
      shown.push(show(row));
    } catch (error) {
      const id = idOf(row);
      onInternalError?.(error, `row ${id}`);
      const why = error instanceof Error ? error.message : String(error);
      unreadable.push({ id, message: `The stored row can't be shown: ${why.replace(/\.$/, '')}.` });
    }
  }
  return { shown, unreadable };
}
