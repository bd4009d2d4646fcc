import { setTimeout as delay } from 'node:timers/promises';

/** What the command reads of the API's answer. */
export interface InsightsAnswer {
  status: string;
  message: string;
  claims: { text: string; side: string; field: string; quote: string | null; visible: string | null }[];
  dropped: { text: string; message: string }[];
  notes: string[];
  model: string | null;
  cost_usd: number;
}

/** How to reach the service. */
export interface ServiceAddress {
  /** Without a slash at its end. */
  url: string;
  token: string | null;
}

const CALL_MS = 30_000;
const POLL_MS = 1_000;

/**
 * Asks the service to extract the insights of a test again, and waits up to `waitMs` until they are there.
 * @throws Error with a sentence if the service doesn't answer or refuses
 */
export async function extractAgain(
  service: ServiceAddress,
  experimentId: string,
  { by, waitMs, pollMs = POLL_MS }: { by: string; waitMs: number; pollMs?: number },
): Promise<InsightsAnswer> {
  const address = `${service.url}/api/ab/experiments/${encodeURIComponent(experimentId)}/insights`;
  const body = service.token === null ? { by } : {};
  let answer = await call(service, address, { method: 'POST', body: JSON.stringify(body) });
  const until = Date.now() + waitMs;
  while (answer.status === 'pending' && Date.now() < until) {
    await delay(pollMs);
    answer = await call(service, address, {});
  }
  return answer;
}

async function call(
  { url, token }: ServiceAddress,
  address: string,
  init: { method?: string; body?: string },
): Promise<InsightsAnswer> {
  let response: Response;
  try {
    response = await fetch(address, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      signal: AbortSignal.timeout(CALL_MS),
    });
  } catch {
    throw new Error(`No service answers at ${url}: start it with npm start.`);
  }
  const answer = (await response.json()) as InsightsAnswer & { detail?: string; title?: string };
  if (!response.ok) throw new Error(answer.detail ?? answer.title ?? `HTTP ${response.status}`);
  return answer;
}

/** The answer in lines for people. */
export function linesOf(answer: InsightsAnswer): string[] {
  const { status, message, claims, dropped, notes, model, cost_usd: cost } = answer;
  const shown = ({ quote, visible }: InsightsAnswer['claims'][number]) =>
    quote === null ? (visible ?? '') : `“${quote}”`;
  return [
    `${status}: ${message}`,
    ...claims.map((claim) => `  + ${claim.text} (${claim.side}, ${claim.field}: ${shown(claim)})`),
    ...dropped.map((claim) => `  - ${claim.text} (${claim.message})`),
    ...notes,
    ...(model === null ? [] : [`${model}, USD ${cost.toFixed(4)}`]),
  ];
}
