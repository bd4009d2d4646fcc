import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { KeptAnswer } from '../../contract/records.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from './problems.js';

/** `isFinal`: the answer is kept for repetitions of the request; otherwise a repetition runs the request again. */
export interface Answered<Body, Status extends number> {
  body: Body;
  status: Status;
  isFinal: boolean;
}

/** `madeId`: random, but the same for equal requests under one key. */
export interface Keyed {
  key: string | undefined;
  madeId: string;
}

const POLL_MS = 1_000;

/**
 * Carries out a request once per `Idempotency-Key`. Postgres binds the key to method, path and body. A second request
 * under the key gets the answer of the first, in whichever process it arrives, or is refused if it differs from the
 * first. Equal requests that arrive at the same time are all carried out: `act` must be safe to repeat.
 * `waitMs`: how long a later request waits for the answer of the first before it is carried out itself.
 * @throws ApiProblem 422
 */
export async function once<Body, Status extends number>(
  context: Pick<ApiContext, 'store' | 'clock'>,
  c: Context,
  body: unknown,
  act: (keyed: Keyed) => Promise<Answered<Body, Status>>,
  waitMs = 0,
): Promise<{ body: Body; status: Status }> {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return act({ key, madeId: newId() });
  return onceUnder(context, { key, request: `${c.req.method} ${c.req.path}` }, body, act, waitMs);
}

const newId = () => randomBytes(5).toString('hex');

/** The same for a key that a form has. @throws ApiProblem 422 */
export async function onceUnder<Body, Status extends number>(
  context: Pick<ApiContext, 'store' | 'clock'>,
  { key, request }: { key: string; request: string },
  body: unknown,
  act: (keyed: Keyed) => Promise<Answered<Body, Status>>,
  waitMs = 0,
): Promise<{ body: Body; status: Status }> {
  const asked = {
    key,
    request,
    bodyHash: createHash('sha256').update(inOrder(body)).digest('hex'),
    madeId: newId(),
    at: await context.clock.now(),
  };
  const claimed = async () => {
    const { isFirst, claim } = await context.store.claimRequest(asked);
    if (claim.request !== asked.request || claim.bodyHash !== asked.bodyHash) throw reused(key, claim);
    return { isFirst, claim };
  };
  let { isFirst, claim } = await claimed();
  const until = performance.now() + waitMs;
  while (!isFirst && claim.answer === null && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    claim = (await claimed()).claim;
  }
  if (claim.answer !== null) return repeated(claim.answer);
  const answer = await act({ key, madeId: claim.madeId });
  if (!answer.isFinal) return answer;
  const { body: kept } = await context.store.keepAnswer(key, answer);
  return { body: kept as Body, status: answer.status };

  /** The casts are safe: the answer was kept for the same request. */
  function repeated({ body: kept, status }: KeptAnswer) {
    return { body: kept as Body, status: (status === 201 ? 200 : status) as Status };
  }
}

function reused(key: string, claim: { request: string }): ApiProblem {
  return new ApiProblem(
    'idempotency_key_reused',
    `The key ${key} was already used for a different request (${claim.request}).`,
    { errors: [{ field: 'Idempotency-Key', message: 'must be new for each request' }] },
  );
}

/** JSON with the fields of each object sorted by name. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1)))
      : each,
  );
}
