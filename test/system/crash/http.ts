import { setTimeout as delay } from 'node:timers/promises';

/** A generous limit, not a measurement: a busy machine takes ten times as long as an idle one. */
const LIMIT_MS = 120_000;
const POLL_MS = 20;

/** A GET; a POST if there is a body. @throws Error with status and text for an answer other than 2xx */
export async function json<T>(url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} of ${url}: ${text}`);
  return JSON.parse(text) as T;
}

/** The first answer other than null. @throws Error if there is none in two minutes */
export async function until<T>(read: () => Promise<T | null> | T | null): Promise<T> {
  for (const began = Date.now(); ; ) {
    const found = await read();
    if (found !== null) return found;
    if (Date.now() > began + LIMIT_MS) throw new Error('it did not happen in time');
    await delay(POLL_MS);
  }
}
