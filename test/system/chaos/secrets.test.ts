import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { namesOf } from '../../../src/contract/names.js';
import { migratedDatabase, type TestDatabase } from '../../support/postgres.js';
import { startTimeSkipping, type TimeSkipping } from '../../support/temporal.js';
import { ENVIRONMENT, SECRETS, SecretSearch } from './secrets.js';

const RUN_SEEDS = [7_000_000, 7_000_001];
const NAMES = namesOf({ environment: 'sandbox', accountId: 'act_1' });
const FIRST = 'run-7000000';
const SECOND = 'run-7000001';

describe('the search of a batch for secrets', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let temporal: TimeSkipping;
  let search: SecretSearch;

  beforeAll(async () => {
    database = await migratedDatabase();
    pool = createPool(database.config);
    await pool.query('create table kept (experiment_id text, error text)');
    temporal = await startTimeSkipping();
  });
  afterAll(async () => {
    await pool?.end();
    await database?.stop();
    await temporal?.stop();
  });

  /** A batch without a leak. */
  beforeEach(async () => {
    search = new SecretSearch();
    await pool.query('truncate kept');
    await pool.query("insert into kept values ($1, 'code 190'), ($2, null), (null, 'code 4')", [
      FIRST,
      SECOND,
    ]);
    for (const runSeed of RUN_SEEDS) search.addStory({ runSeed, story: [{ at: 0, what: 'asked: promote' }] });
    await start(FIRST, 'nothing');
  });

  async function start(id: string, input: string, memo = 'nothing'): Promise<void> {
    const { firstExecutionRunId } = await temporal.client.workflow.start('never-run', {
      workflowId: NAMES.workflowId(id),
      taskQueue: NAMES.taskQueue,
      args: [{ input }],
      memo: { memo },
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    });
    search.ran(NAMES.workflowId(id), firstExecutionRunId);
  }

  async function conclude() {
    await search.tables(pool);
    await search.knownHistories(temporal.client);
    return search.conclude(RUN_SEEDS);
  }

  it('finds nothing if nothing has leaked', async () => {
    const { texts, violations } = await conclude();
    expect(violations).toEqual([]);
    expect(texts).toBeGreaterThan(6);
  });

  const places: [where: string, source: RegExp, plant: (secret: string) => unknown][] = [
    [
      'a table',
      / in table public\.kept of run-7000001\.$/,
      (secret) => pool.query('insert into kept values ($1, $2)', [SECOND, secret]),
    ],
    ['a history', / in history sandbox\/act_1\/experiment\/run-7000001 /, (secret) => start(SECOND, secret)],
    [
      'a description',
      / in description sandbox\/act_1\/experiment\/run-7000001 /,
      (secret) => start(SECOND, '', secret),
    ],
    [
      'a line that is logged',
      / in log of run-7000001\.$/,
      (secret) => search.logged(`temporal WARN: Activity failed ${NAMES.workflowId(SECOND)}: ${secret}`),
    ],
    [
      'an event',
      / in event trouble of run-7000001\.$/,
      (secret) => search.announced({ at: 0, kind: 'trouble', experimentId: SECOND, text: secret }),
    ],
    [
      "the cause of an error that answers a user's control",
      / in answer to revert of run-7000001\.$/,
      (secret) => search.answered(SECOND, 'revert', new Error('no', { cause: new Error(secret) })),
    ],
    [
      'a story',
      / in story of run-7000001\.$/,
      (secret) => search.addStory({ runSeed: RUN_SEEDS[1]!, story: [{ at: 0, what: secret }] }),
    ],
  ];

  it.each(places)('finds each secret in %s and names its run', async (_, source, plant) => {
    for (const secret of Object.values(SECRETS))
      await plant(`https://example.com/?x=${encodeURIComponent(secret)}`);
    const { violations } = await conclude();
    expect(violations).toMatchObject([{ run_seed: RUN_SEEDS[1], invariant: 'secrets' }]);
    const { details } = violations[0]!;
    const found = details.split(/(?<=\.) /).filter((each) => source.test(each));
    expect(found.map((each) => each.split(' ')[0])).toEqual(expect.arrayContaining(Object.keys(SECRETS)));
    for (const secret of Object.values(SECRETS)) expect(details).not.toContain(secret);
  });

  it('attributes a text of no run to the first run', async () => {
    await pool.query('update kept set error = $1 where experiment_id is null', [SECRETS.token]);
    search.logged(`no run: ${SECRETS.appSecretProof}`);
    search.logged(`run-42 is not of this batch: ${SECRETS.appSecret}`);
    expect((await conclude()).violations).toEqual([
      {
        run_seed: RUN_SEEDS[0],
        invariant: 'secrets',
        details: 'token in table public.kept. appSecret in log of run-42. appSecretProof in log.',
      },
    ]);
  });

  it('reads every line of a stream', async () => {
    const said: string[] = [];
    const stream = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream;
    search.overhear(stream);
    stream.write(`warning: ${SECRETS.token}\n`);
    expect(said).toHaveLength(1);
    expect((await conclude()).violations).toHaveLength(1);
  });

  it('fails if there was nothing to search', () => {
    expect(() => new SecretSearch().conclude(RUN_SEEDS)).toThrow('There is no table');
  });

  it('knows every secret that a process gets from its environment', () => {
    for (const value of Object.values(ENVIRONMENT)) {
      expect(Object.values(SECRETS).some((secret) => value.includes(secret))).toBe(true);
    }
  });
});
