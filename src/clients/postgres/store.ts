import type pg from 'pg';
import { changeStore } from './change-marks.js';
import { controlStore } from './controls.js';
import { creativeStore } from './creatives.js';
import { decisionStore } from './decisions.js';
import { draftSetStore } from './draft-sets.js';
import { embeddingStore } from './embeddings.js';
import { experimentStore } from './experiments.js';
import { figureStore } from './figures.js';
import { reportStore } from './finished-tests.js';
import { freezeStore } from './freezes.js';
import { insightStore } from './insights.js';
import { learningStore } from './learning.js';
import { ledgerStore } from './ledger.js';
import { messageStore } from './messages.js';
import { observationStore } from './observations.js';
import { overviewStore } from './overview.js';
import { patternStore } from './patterns.js';
import { programmeStore } from './programme.js';
import { promotionStore } from './promotions.js';
import { type Database, run, type Scope } from './query.js';
import { recheckStore } from './rechecks.js';
import { keptReportStore } from './reports.js';
import { requestStore } from './requests.js';
import { safetyStore } from './safety.js';
import { segmentStore } from './segments.js';
import type { Store } from './types.js';
import { verificationStore } from './verifications.js';

/**
 * The record of one environment and one account, on a pool of `createPool` whose database `migrate` has prepared.
 * One connection is enough for every call. Errors of Postgres are the driver's, with the password removed. A row for
 * an experiment that doesn't exist violates a foreign key (SQLSTATE 23503). `close` ends the pool.
 */
export function createStore(pool: pg.Pool, scope: Scope): Store {
  const database: Database = { pool, scope };
  return {
    ...experimentStore(database),
    ...observationStore(database),
    ...segmentStore(database),
    ...decisionStore(database),
    ...promotionStore(database),
    ...verificationStore(database),
    ...recheckStore(database),
    ...ledgerStore(database),
    ...controlStore(database),
    ...safetyStore(database),
    ...freezeStore(database),
    ...requestStore(database),
    ...reportStore(database),
    ...overviewStore(database),
    ...changeStore(database),
    ...figureStore(database),
    ...messageStore(database),
    ...keptReportStore(database),
    ...creativeStore(database),
    ...learningStore(database),
    ...embeddingStore(database),
    ...patternStore(database),
    ...insightStore(database),
    ...draftSetStore(database),
    ...programmeStore(database),
    async ping() {
      await run(pool, 'select 1');
    },
    async close() {
      if (!pool.ended && !pool.ending) await pool.end();
    },
  };
}
