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

/** What a service that is a process of its own is given. */
export const ENVIRONMENT = {
  META_ACCESS_TOKEN: META_SECRETS.token,
  META_APP_SECRET: META_SECRETS.appSecret,
  API_TOKEN: FROM_ENVIRONMENT.apiToken,
  PROMOTION_NOTIFICATION_WEBHOOK: `https://hooks.example.com/services/${FROM_ENVIRONMENT.webhook}`,
  ANTHROPIC_API_KEY: FROM_ENVIRONMENT.anthropicApiKey,
};

/** Every secret of either kind of batch, by name. */
export const SECRETS = { ...META_SECRETS, ...FROM_ENVIRONMENT };

/** What a search came to. */
export interface Searched {
  /** Texts that were searched. */
  texts: number;
  /** Errors of the market that held the credentials: what there was to leak. */
  echoes: number;
  violations: Violation[];
}

/** Of each of these every batch keeps something: where nothing was found, nothing was looked at. */
const ALWAYS_KEPT = ['table ', 'history ', 'description ', 'story '];

/** All that a batch keeps or says, to be searched for the secrets that the service was given. */
export class SecretSearch {
  readonly material = new Material();
  /** The market's: every error holds the credentials that it was asked with. */
  readonly echo = createEcho(META_SECRETS.appSecret);
  private readonly executions: Execution[] = [];

  logged(line: string): void {
    this.material.add(`log${ofRun(line)}`, line);
  }

  /** Every line that goes to the stream from now on, whoever writes it. */
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

  /** What a control was answered with: a result or an error, with all that it holds. */
  answered(experimentId: string, control: string, answer: unknown): void {
    this.material.add(`answer to ${control} of ${experimentId}`, inspect(answer, { depth: 8 }));
  }

  /** A run of a workflow, where the server can't list them. */
  ran(workflowId: string, runId: string | undefined): void {
    if (runId !== undefined) this.executions.push({ workflowId, runId });
  }

  tables(database: pg.Pool): Promise<void> {
    return collectTables(database, this.material);
  }

  /** Of every run that the server lists. */
  histories(client: Client): Promise<void> {
    return collectHistories(client, this.material);
  }

  /** Of the runs that are known, and of those that they continued or were continued by. */
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

  told({ runSeed, story }: Pick<Played, 'runSeed' | 'story'>): void {
    this.material.add(`story of run-${runSeed}`, story.map(({ what }) => what).join('\n'));
  }

  /** @throws where one of the things that every batch keeps is not there to be searched. */
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
