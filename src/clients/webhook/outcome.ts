import type { PostOutcome } from '../../contract/messaging.js';

/** What a hook answered. `body`: its beginning. */
export interface HookAnswer {
  status: number;
  retryAfter: string | null;
  body: string;
}

/** The hook read this message and refuses it: another one may be accepted. */
const REFUSES_MESSAGE = [400, 413, 422];
/** The hook, or something before it, is busy or broken for now. */
const LATER = [408, 425, 429];

/** What an answer means. `now`: real epoch ms, for a `Retry-After` that is a date. `said`: the answer's text without secrets. */
export function outcomeOf(answer: HookAnswer, said: string, now: number): PostOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent', status, answer: said };
  const problem = `The hook answered ${status}${said === '' ? '' : `: ${said}`}.`;
  if (status >= 500 || LATER.includes(status))
    return { kind: 'wait', status, retryAfterMs: retryAfterMs(answer, now), problem };
  if (REFUSES_MESSAGE.includes(status)) return { kind: 'refused', status, problem };
  return { kind: 'dead', status, problem };
}

/** The longer of the header and of `retry_after` in the body, as Discord has it, real ms; null without either. */
function retryAfterMs({ retryAfter, body }: HookAnswer, now: number): number | null {
  const waits = [headerMs(retryAfter, now), bodyMs(body)].filter((ms) => ms !== null);
  return waits.length === 0 ? null : Math.max(0, ...waits);
}

function headerMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (header.trim() !== '' && Number.isFinite(seconds)) return Math.ceil(seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : date - now;
}

function bodyMs(body: string): number | null {
  try {
    const { retry_after: seconds } = JSON.parse(body) as { retry_after?: unknown };
    return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : null;
  } catch {
    return null;
  }
}
