import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { KeptAnswer } from '../../contract/records.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from './problems.js';

/** An answer, and whether it stands for good; one that doesn't is asked for again. */
export interface Answered<Body, Status extends number> {
  body: Body;
  status: Status;
  stands: boolean;
}

/** Of what a request makes an id: the same for equal requests under one key. */
export interface Keyed {
  key: string | undefined;
  madeId: string;
}

const POLL_MS = 1_000;

/**
 * Carries out a request once for its `Idempotency-Key`. The key is bound to method, path and body in Postgres, so that
 * of two requests under one key, whichever process they reach, the second gets the first one's answer, or is refused
 * where it asks for something else. Equal requests at once are all carried out: what they do is safe to repeat.
 * `waitMs`: how long one that is not the first waits for the first one's answer before.
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
  const madeId = randomBytes(5).toString('hex');
  if (key === undefined) return act({ key, madeId });
  const asked = {
    key,
    request: `${c.req.method} ${c.req.path}`,
    bodyHash: createHash('sha256').update(inOrder(body)).digest('hex'),
    madeId,
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
  if (!answer.stands) return answer;
  const { body: kept } = await context.store.keepAnswer(key, answer);
  return { body: kept as Body, status: answer.status };

  /** The request's own bodies and statuses are what was kept for it. */
  function repeated({ body: kept, status }: KeptAnswer) {
    return { body: kept as Body, status: (status === 201 ? 200 : status) as Status };
  }
}

function reused(key: string, claim: { request: string }): ApiProblem {
  return new ApiProblem(
    'idempotency_key_reused',
    `The key ${key} belongs to another request: ${claim.request}, with its own body.`,
    { errors: [{ field: 'Idempotency-Key', message: 'must be new for each request' }] },
  );
}

/** JSON with the fields of objects in one order. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1)))
      : each,
  );
}
