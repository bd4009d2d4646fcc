import { setTimeout as sleep } from 'node:timers/promises';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { transient } from './errors.js';
import type { Params } from './graph-client.js';
import { INSIGHT_FIELDS, ROWS_PER_PAGE } from './insight-row.js';
import type { Sdk } from './sdk.js';
import { MetaError } from './types.js';

/** Real ms that one query waits for its reports. The activity that makes the query has a minute for all its work. */
export const REPORT_WAIT_MS = 20_000;

const POLL_MS = 1000;
/** Experiment ms. A report shows the figures of the instant at which it was started. */
const OLDEST_MS = 3_600_000;
/** After these errors, another poll of the same run won't help. */
const FINAL: readonly MetaErrorKind[] = ['not_found', 'invalid', 'too_large'];

/**
 * The asynchronous reports that an account's client has started, by their parameters: a query that is repeated
 * waits for the report that is already running. Kept in memory: after a restart, reports are started again.
 */
export class ReportRuns {
  readonly #runs = new Map<string, { id: string; startedAt: number }>();

  /** Id of the run that is still fresh, or null; `now` in experiment time. */
  find(key: string, now: number): string | null {
    for (const [other, { startedAt }] of this.#runs)
      if (now - startedAt > OLDEST_MS) this.#runs.delete(other);
    return this.#runs.get(key)?.id ?? null;
  }

  keep(key: string, id: string, startedAt: number): void {
    this.#runs.set(key, { id, startedAt });
  }

  forget(key: string): void {
    this.#runs.delete(key);
  }
}

export interface ReportSource {
  sdk: Sdk;
  accountId: string;
  runs: ReportRuns;
  /** Real ms, from the start of the query. */
  reportWaitMs: number;
  /** Experiment time. */
  now(): Promise<number>;
}

/** The reports of one query, which may need a report for each of several days. */
export class Reports {
  readonly #deadline: number;
  readonly #used = new Set<string>();

  constructor(readonly source: ReportSource) {
    this.#deadline = performance.now() + source.reportWaitMs;
  }

  /** All rows of the report with these parameters. @throws MetaError, `transient` if it is not ready yet */
  async read(params: Params): Promise<unknown[]> {
    const key = JSON.stringify(params);
    this.#used.add(key);
    const id = await this.#runOf(key, params);
    try {
      await this.#waitFor(id, key);
      const query = { fields: INSIGHT_FIELDS, params: { limit: ROWS_PER_PAGE }, subject: 'insights' };
      return await this.source.sdk.list('insights report', id, 'getInsights', query);
    } catch (error) {
      if (error instanceof MetaError && FINAL.includes(error.kind)) this.source.runs.forget(key);
      throw error;
    }
  }

  /** Call this once the whole query is answered: until then, no finished report of a day is started again. */
  close(): void {
    for (const key of this.#used) this.source.runs.forget(key);
  }

  async #runOf(key: string, params: Params): Promise<string> {
    const { sdk, accountId, runs } = this.source;
    const now = await this.source.now();
    const known = runs.find(key, now);
    if (known !== null) return known;
    const id = await sdk.startReport(accountId, INSIGHT_FIELDS, params);
    runs.keep(key, id, now);
    return id;
  }

  async #waitFor(id: string, key: string): Promise<void> {
    for (;;) {
      const report = await this.source.sdk.read('insights report', id, [
        'async_status',
        'async_percent_completion',
      ]);
      const status = report.text('async_status');
      // Meta says "completed" before the last rows are there.
      if (status === 'Job Completed' && report.count('async_percent_completion') === 100) return;
      if (status === 'Job Failed' || status === 'Job Skipped') {
        this.source.runs.forget(key);
        throw transient(`Meta's insights report ended as ${status}.`, 'not_applied');
      }
      if (performance.now() + POLL_MS > this.#deadline) {
        throw transient(
          "Meta's insights report is not ready yet; the next try asks for it again.",
          'not_applied',
        );
      }
      await sleep(POLL_MS);
    }
  }
}
