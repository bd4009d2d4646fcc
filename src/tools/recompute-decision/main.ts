import { type ReplayedDecision, replayDecision } from '../../activities/recompute-decision.js';
import { adminTokenOf } from '../../api/http/tokens.js';
import { createPool } from '../../clients/postgres/pool.js';
import { createStore } from '../../clients/postgres/store.js';
import type { Store } from '../../clients/postgres/types.js';
import type { Config } from '../../config.js';
import { openEmbeddedPostgres } from '../../sandbox/open-postgres.js';
import { loadConfig } from '../../service/environment.js';

const USAGE =
  'Usage: npm run -s replay-decision -- EXPERIMENT[/LOOK]   (LOOK: number of the look; default: the latest)';

try {
  const [argument = '', ...others] = process.argv.slice(2);
  const parts = /^([A-Za-z0-9_-]+)(?:\/(\d+))?$/.exec(argument);
  if (!parts || others.length > 0) throw new Error(USAGE);
  const [, id = '', look] = parts;
  const lookNumber = look === undefined ? null : Number(look);
  const config = loadConfig();
  const replayed = (await askService(config, id, lookNumber)) ?? (await openRecord(config, id, lookNumber));
  if (!replayed)
    throw new Error(`No ${look === undefined ? 'decision' : `look ${look}`} of experiment ${id} was found.`);
  process.stdout.write(`${tell(replayed)}\n`);
  process.exitCode = replayed.same ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** `same`, or one line per difference. A sentence that reads differently now is no difference. */
function tell({ experimentId, lookNumber, same, differences, reworded }: ReplayedDecision): string {
  if (same)
    return reworded.length === 0
      ? 'same'
      : `same; this release words ${reworded.length} of its sentences differently`;
  const lines = differences.map(
    ({ field, stored, computed }) =>
      `${field}: stored ${JSON.stringify(stored)}, computed ${JSON.stringify(computed)}`,
  );
  return [`look ${lookNumber} of ${experimentId} differs:`, ...lines].join('\n');
}

/** Asks the running service, because only that has the embedded database open; null if none is running. */
async function askService(config: Config, id: string, look: number | null): Promise<ReplayedDecision | null> {
  const url = `http://${config.host}:${config.port}/api/ab/experiments/${id}/looks/${look ?? 'latest'}/replay`;
  const token = adminTokenOf(config.tokens, config.meta.accountId);
  let response: Response;
  try {
    response = await fetch(url, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(60_000),
    });
  } catch {
    return null;
  }
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(String(body.detail ?? body.title ?? response.status));
  return {
    experimentId: id,
    lookNumber: Number(body.look_number),
    same: body.same === true,
    differences: body.differences as ReplayedDecision['differences'],
    reworded: body.reworded as ReplayedDecision['reworded'],
  };
}

/** Opens the record itself: DATABASE_URL, or the embedded database, whose lock it takes. */
async function openRecord(config: Config, id: string, look: number | null): Promise<ReplayedDecision | null> {
  const embedded = config.databaseUrl === null ? await openEmbeddedPostgres(config.dataDirectory) : null;
  const pool = createPool(embedded?.config ?? { connectionString: config.databaseUrl! });
  try {
    // The sandbox's account belongs to the market, which is not running now; the record has it too.
    const { rows } = await pool.query<{ account_id: string }>(
      'select account_id from auto_promotion.ab_tests where environment = $1 and experiment_id = $2 and ($3::text is null or account_id = $3)',
      [config.mode, id, config.meta.accountId],
    );
    const [row] = rows;
    if (!row) return null;
    const store: Store = createStore(pool, { environment: config.mode, accountId: row.account_id });
    return await replayDecision(store, id, look);
  } finally {
    await pool.end();
    await embedded?.close();
  }
}
