/** The service as any caller sees it: over HTTP, with answers checked against their schemas. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { DraftSetAnswer } from '../../api/drafts/responses.js';
import { ExperimentAnswer, StatusAnswer } from '../../api/experiments/responses.js';
import { LookAnswer } from '../../api/looks/responses.js';
import { ModelAnswer } from '../../api/model/responses.js';
import { PatternWithTestsAnswer } from '../../api/patterns/responses.js';
import { LedgerRowAnswer } from '../../api/rollouts/responses.js';

export type ExperimentJson = z.output<typeof ExperimentAnswer>;
export type LookJson = z.output<typeof LookAnswer>;
export type LedgerRowJson = z.output<typeof LedgerRowAnswer>;
export type DraftSetJson = z.output<typeof DraftSetAnswer>;
export type ModelJson = z.output<typeof ModelAnswer>;
export type PatternJson = z.output<typeof PatternWithTestsAnswer>;

export interface ServiceApi {
  /** Tries again if Meta didn't answer: a busy machine may keep the market from it. */
  create(body: unknown): Promise<ExperimentJson>;
  /** Newest first. */
  list(): Promise<ExperimentJson[]>;
  one(id: string): Promise<z.output<typeof StatusAnswer>>;
  /** Latest first. */
  looks(id: string, limit: number): Promise<LookJson[]>;
  /** By sequence. */
  ledger(id: string): Promise<LedgerRowJson[]>;
  /** Drafts for a brief. */
  draft(brief: unknown): Promise<DraftSetJson>;
  model(): Promise<ModelJson>;
  pattern(id: string): Promise<PatternJson>;
}

/** An answer other than 2xx, with the service's message. */
export class ServiceRefused extends Error {
  override readonly name = 'ServiceRefused';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const PAGE = 1_000;
/** Claude may take a minute for drafts. */
const TIMEOUT_MS = 75_000;

/**
 * `url`: of the service, with the account's base if it serves several. `token`: the API's token, if it requires one. Calls reject with ServiceRefused for an answer other than 2xx, and with
 * ZodError for an answer that doesn't match its schema.
 */
export function connectService(url: string, token?: string): ServiceApi {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  const call = async <T extends z.ZodType>(path: string, schema: T, body?: unknown): Promise<z.output<T>> => {
    const response = await fetch(`${url}/api/ab${path}`, {
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
      throw new ServiceRefused(`${path}: ${response.status} ${detail}`, response.status);
    }
    return schema.parse(answer);
  };
  return {
    create: (body) => unlessMetaIsSilent(() => call('/experiments', ExperimentAnswer, body)),
    list: async () =>
      (await call(`/experiments?limit=${PAGE}`, z.object({ experiments: z.array(ExperimentAnswer) })))
        .experiments,
    one: (id) => call(`/experiments/${id}`, StatusAnswer),
    looks: async (id, limit) =>
      (await call(`/experiments/${id}/looks?limit=${limit}`, z.object({ looks: z.array(LookAnswer) }))).looks,
    ledger: async (id) =>
      (await call(`/experiments/${id}/ledger`, z.object({ ledger: z.array(LedgerRowAnswer) }))).ledger,
    draft: (brief) => call('/drafts', DraftSetAnswer, brief),
    model: () => call('/model', ModelAnswer),
    pattern: (id) => call(`/patterns/${id}`, PatternWithTestsAnswer),
  };
}

const TRIES = 5;
const BETWEEN_TRIES_MS = 1_000;
const META_IS_SILENT = 502;

async function unlessMetaIsSilent<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServiceRefused) || error.status !== META_IS_SILENT || left === 0) throw error;
    }
    await delay(BETWEEN_TRIES_MS);
  }
}

/** What several accounts say of their experiments. Each id is known to one of them. */
export type KnownRecord = Pick<ServiceApi, 'list' | 'one' | 'looks' | 'ledger'>;

export function joined(apis: readonly KnownRecord[]): KnownRecord {
  return {
    list: async () => (await Promise.all(apis.map((api) => api.list()))).flat(),
    one: (id) => whoeverKnows(apis.map((api) => api.one(id))),
    looks: (id, limit) => whoeverKnows(apis.map((api) => api.looks(id, limit))),
    ledger: (id) => whoeverKnows(apis.map((api) => api.ledger(id))),
  };
}

/** The first answer; if there is none, the first refusal. */
export async function whoeverKnows<T>(answers: readonly Promise<T>[]): Promise<T> {
  try {
    return await Promise.any(answers);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
