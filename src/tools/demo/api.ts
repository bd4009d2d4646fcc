/** The service as any caller sees it: over HTTP, with answers checked against their schemas. */
import { z } from 'zod';
import { ExperimentAnswer, StatusAnswer } from '../../api/experiments/responses.js';
import { LookAnswer } from '../../api/looks/responses.js';
import { LedgerRowAnswer } from '../../api/rollouts/responses.js';

export type ExperimentJson = z.output<typeof ExperimentAnswer>;
export type LookJson = z.output<typeof LookAnswer>;
export type LedgerRowJson = z.output<typeof LedgerRowAnswer>;

export interface ServiceApi {
  create(body: unknown): Promise<ExperimentJson>;
  /** Newest first. */
  list(): Promise<ExperimentJson[]>;
  one(id: string): Promise<z.output<typeof StatusAnswer>>;
  /** Latest first. */
  looks(id: string, limit: number): Promise<LookJson[]>;
  /** By sequence. */
  ledger(id: string): Promise<LedgerRowJson[]>;
}

/** An answer other than 2xx, with the service's message. */
export class ServiceRefused extends Error {
  override readonly name = 'ServiceRefused';
}

const PAGE = 1_000;
const TIMEOUT_MS = 30_000;

/**
 * `token`: the API's token, if it requires one. Calls reject with ServiceRefused for an answer other than 2xx, and with
 * ZodError for an answer that doesn't match its schema.
 */
export function connectService(url: string, token?: string): ServiceApi {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  const call = async <T extends z.ZodType>(path: string, schema: T, body?: unknown): Promise<z.output<T>> => {
    const response = await fetch(`${url}/api/ab/experiments${path}`, {
      ...(body === undefined
        ? { headers: authorization }
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...authorization },
            body: JSON.stringify(body),
          }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    if (!response.ok) {
      const { detail } = z.object({ detail: z.string() }).catch({ detail: '' }).parse(answer);
      throw new ServiceRefused(`${path || 'create'}: ${response.status} ${detail}`);
    }
    return schema.parse(answer);
  };
  return {
    create: (body) => call('', ExperimentAnswer, body),
    list: async () =>
      (await call(`?limit=${PAGE}`, z.object({ experiments: z.array(ExperimentAnswer) }))).experiments,
    one: (id) => call(`/${id}`, StatusAnswer),
    looks: async (id, limit) =>
      (await call(`/${id}/looks?limit=${limit}`, z.object({ looks: z.array(LookAnswer) }))).looks,
    ledger: async (id) =>
      (await call(`/${id}/ledger`, z.object({ ledger: z.array(LedgerRowAnswer) }))).ledger,
  };
}
