import type { AdAccount } from 'facebook-nodejs-business-sdk';
import { invalid } from './errors.js';
import { MetaError } from './types.js';

type Cursor = Extract<ReturnType<AdAccount['getAds']>, unknown[]>;

/** Most pages of one list: the windows of insights stay far below it; a server that pages for ever doesn't. */
const MOST_PAGES = 200;

/**
 * All rows behind an unfetched cursor of the SDK, as plain objects: follows `paging.next` until it is absent.
 * @throws MetaError
 */
export async function allRows(cursor: Cursor | Promise<Cursor>, subject: string): Promise<unknown[]> {
  const pages = await cursor;
  const rows: unknown[] = [];
  const seen = new Set<string>();
  for (let page = 0; pages.hasNext(); page += 1) {
    const link: unknown = pages.paging.next;
    if (page > 0 && typeof link !== 'string') throw invalid("Meta's answer has a malformed paging link.");
    const next = String(link);
    if (page >= MOST_PAGES || seen.has(next)) throw invalid(`Meta's list of ${subject} does not end.`);
    seen.add(next);
    try {
      // Mutates the cursor: its rows are now this page's.
      await pages.next();
    } catch (error) {
      if (error instanceof MetaError) throw error;
      // The SDK maps over `data` unseen and fails with a TypeError where it is no list.
      throw invalid(`Meta's answer for ${subject}: field data is missing or malformed.`);
    }
    // Not `pages.map`: a cursor is an array whose constructor wants an object of the SDK.
    for (const object of pages) rows.push({ ...object.exportAllData() });
  }
  return rows;
}
