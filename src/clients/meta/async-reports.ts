import { setTimeout as sleep } from 'node:timers/promises';
import { type AdAccount, AdReportRun } from 'facebook-nodejs-business-sdk';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { invalid, transient } from './errors.js';
import { Fields, isObjectId } from './fields.js';
import type { GraphApi } from './graph-api.js';
import { INSIGHT_FIELDS, ROWS_A_PAGE } from './insight-row.js';
import { allRows } from './paging.js';
import { MetaError } from './types.js';

/** Real ms for which one question waits for its reports: an activity that asks it has a minute for all that it does. */
export const REPORT_WAIT_MS = 20_000;

const POLL_MS = 1000;
/** Experiment ms. Its figures are those of the instant at which it was begun. */
const OLDEST_MS = 3_600_000;
/** Asking the same run again won't help. */
const FINAL: readonly MetaErrorKind[] = ['not_found', 'invalid', 'too_large'];

/**
 * The asynchronous reports that an account's client has begun, by what they were asked, so that whoever asks the same
 * again waits on for the one that runs instead of beginning another. In memory: after a restart they are begun anew.
 */
export class ReportRuns {
  readonly #runs = new Map<string, { id: string; begunAt: number }>();

  /** Id of the run that may still be asked; `now` in experiment time. */
  find(key: string, now: number): string | null {
    for (const [other, { begunAt }] of this.#runs) if (now - begunAt > OLDEST_MS) this.#runs.delete(other);
    return this.#runs.get(key)?.id ?? null;
  }

  keep(key: string, id: string, begunAt: number): void {
    this.#runs.set(key, { id, begunAt });
  }

  forget(key: string): void {
    this.#runs.delete(key);
  }
}

export interface ReportSource {
  api: GraphApi;
  account: AdAccount;
  runs: ReportRuns;
  /** Real ms, from the question's beginning. */
  reportWaitMs: number;
}

/** The reports of one question, which may need one for each of several days. */
export class Reports {
  readonly #source: ReportSource;
  readonly #deadline: number;
  readonly #asked = new Set<string>();

  constructor(source: ReportSource) {
    this.#source = source;
    this.#deadline = performance.now() + source.reportWaitMs;
  }

  /** All rows of the report that `params` describe. @throws MetaError, `transient` where it is not ready yet */
  async read(params: Record<string, unknown>): Promise<unknown[]> {
    const key = JSON.stringify(params);
    this.#asked.add(key);
    const run = new AdReportRun(null, { report_run_id: await this.#runOf(key, params) });
    // Its constructor takes the id from there alone, and drops the api.
    run._api = this.#source.api;
    try {
      await this.#completed(run, key);
      return await allRows(run.getInsights(INSIGHT_FIELDS, { limit: ROWS_A_PAGE }, false), 'insights');
    } catch (error) {
      if (error instanceof MetaError && FINAL.includes(error.kind)) this.#source.runs.forget(key);
      throw error;
    }
  }

  /** Only once the whole question is answered: until then a day that is ready must not be computed anew. */
  close(): void {
    for (const key of this.#asked) this.#source.runs.forget(key);
  }

  async #runOf(key: string, params: Record<string, unknown>): Promise<string> {
    const { api, account, runs } = this.#source;
    const now = await api.now();
    const known = runs.find(key, now);
    if (known !== null) return known;
    // Meta names the run `report_run_id`, which the SDK's object takes as its id.
    const { id } = await account.getInsightsAsync(INSIGHT_FIELDS, { ...params });
    if (typeof id !== 'string' || !isObjectId(id)) {
      throw invalid("Meta's answer for an insights report: field report_run_id is missing or malformed.");
    }
    runs.keep(key, id, now);
    return id;
  }

  async #completed(run: AdReportRun, key: string): Promise<void> {
    for (;;) {
      const answer: { exportAllData(): unknown } = await run.read([
        'async_status',
        'async_percent_completion',
      ]);
      const fields = new Fields('insights report', answer.exportAllData());
      const status = fields.text('async_status');
      // Meta says "completed" before the last rows are there.
      if (status === 'Job Completed' && fields.count('async_percent_completion') === 100) return;
      if (status === 'Job Failed' || status === 'Job Skipped') {
        this.#source.runs.forget(key);
        throw transient(`Meta's insights report ended as ${status}.`, 'not_applied');
      }
      if (performance.now() + POLL_MS > this.#deadline) {
        throw transient("Meta's insights report is not ready yet; it is asked again.", 'not_applied');
      }
      await sleep(POLL_MS);
    }
  }
}
