import { inspect } from 'node:util';
import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { ServiceEvent } from '../../../src/contract/events.js';
import { createEcho } from '../../support/echo.js';
import {
  collectHistories,
  collectHistory,
  collectTables,
  type Execution,
  Material,
  sweep,
} from '../../support/material.js';
import { META_SECRETS } from '../../support/meta-secrets.js';
import type { Played } from './evidence.js';
import type { Violation } from './invariants.js';

const FROM_ENVIRONMENT = {
  apiToken: 'canary-api-token-9Bc0dE',
  webhook: 'canary-webhook-path-2Vn6',
  anthropicApiKey: 'canary-anthropic-key-6Ts8',
};

/** The secrets in the environment of a service in its own process. */
export const ENVIRONMENT = {
  META_ACCESS_TOKEN: META_SECRETS.token,
  META_APP_SECRET: META_SECRETS.appSecret,
  API_TOKEN: FROM_ENVIRONMENT.apiToken,
  PROMOTION_NOTIFICATION_WEBHOOK: `https://hooks.example.com/services/${FROM_ENVIRONMENT.webhook}`,
  ANTHROPIC_API_KEY: FROM_ENVIRONMENT.anthropicApiKey,
};

/** Every secret of both kinds of batch, by name. */
export const SECRETS = { ...META_SECRETS, ...FROM_ENVIRONMENT };

/** The extent of a search. */
export interface Searched {
  /** Number of texts searched. */
  texts: number;
  /** Number of the market's errors that contained the credentials, and so could leak them. */
  echoes: number;
  violations: Violation[];
}

/** Every batch has material of each of these kinds: if one is missing, the search was not complete. */
const ALWAYS_KEPT = ['table ', 'history ', 'description ', 'story '];

/** Collects everything that a batch stores or prints, and searches it for the service's secrets. */
export class SecretSearch {
  readonly material = new Material();
  /** Makes every error of the market contain the credentials of the request. */
  readonly echo = createEcho(META_SECRETS.appSecret);
  private readonly executions: Execution[] = [];

  logged(line: string): void {
    this.material.add(`log${ofRun(line)}`, line);
  }

  /** Adds every line that is written to the stream from now on. */
  overhear(stream: NodeJS.WriteStream): void {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (...args: unknown[]) => {
      this.logged(String(args[0]));
      return write(...args);
    };
  }

  announced({ kind, experimentId, text }: ServiceEvent): void {
    this.material.add(`event ${kind} of ${experimentId ?? 'the account'}`, text);
  }

  /** Adds the answer to a control: a result or an error, with all its properties. */
  answered(experimentId: string, control: string, answer: unknown): void {
    this.material.add(`answer to ${control} of ${experimentId}`, inspect(answer, { depth: 8 }));
  }

  /** Adds a run of a workflow, for servers that can't list them. */
  ran(workflowId: string, runId: string | undefined): void {
    if (runId !== undefined) this.executions.push({ workflowId, runId });
  }

  tables(database: pg.Pool): Promise<void> {
    return collectTables(database, this.material);
  }

  /** Adds the histories of all runs that the server lists. */
  histories(client: Client): Promise<void> {
    return collectHistories(client, this.material);
  }

  /** Adds the histories of the known runs, of their predecessors and of their successors. */
  async knownHistories(client: Client): Promise<void> {
    const seen = new Set<string>();
    for (const execution of this.executions) {
      if (seen.has(execution.runId)) continue;
      seen.add(execution.runId);
      for (const event of await collectHistory(client, this.material, execution)) {
        const linked = [
          event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId,
          event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId,
        ];
        for (const runId of linked) if (runId) this.executions.push({ ...execution, runId });
      }
    }
  }

  addStory({ runSeed, story }: Pick<Played, 'runSeed' | 'story'>): void {
    this.material.add(`story of run-${runSeed}`, story.map(({ what }) => what).join('\n'));
  }

  /** @throws if one of the kinds that every batch has is missing. */
  conclude(runSeeds: readonly number[]): Searched {
    const missing = ALWAYS_KEPT.filter((prefix) => this.material.of(prefix).length === 0);
    if (missing.length > 0)
      throw new Error(
        `There is no ${missing.map((prefix) => prefix.trim()).join(', no ')} to search for secrets.`,
      );
    const bySeed = new Map<number, string[]>();
    for (const { secret, source } of sweep(this.material, SECRETS)) {
      const named = Number(/run-(\d+)/.exec(source)?.[1]);
      const runSeed = runSeeds.includes(named) ? named : runSeeds[0]!;
      bySeed.set(runSeed, [...(bySeed.get(runSeed) ?? []), `${secret} in ${source}.`]);
    }
    return {
      texts: this.material.texts.length,
      echoes: this.echo.count(),
      violations: [...bySeed].map(([run_seed, details]) => ({
        run_seed,
        invariant: 'secrets',
        details: details.join(' '),
      })),
    };
  }
}

function ofRun(line: string): string {
  const [id] = /run-\d+/.exec(line) ?? [];
  return id === undefined ? '' : ` of ${id}`;
}
