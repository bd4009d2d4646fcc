import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/clients/postgres/migrate.js';
import type { FoundPattern, PatternSearch } from '../../../src/clients/postgres/pattern-types.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { DATABASES, START } from './fixtures.js';
import { aFit, aFittedPattern, aStatement, direction, embed } from './pattern-fixtures.js';

const KINDS = DATABASES.flatMap(({ kind, database }) => [
  { kind, database, vectors: true },
  { kind, database: `${database}, without pgvector`, vectors: false },
]);

describe.each(KINDS)('the search for patterns on $database', ({ kind, vectors }) => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let accounts = 0;
  beforeAll(async () => {
    database = await freshDatabase(kind);
    pool = createPool({ ...database.config, max: 1 });
    if (!vectors) await pool.query(`set extension_control_path = '/nowhere'`);
    await migrate(pool);
    const { rows } = await pool.query(`select 1 from pg_extension where extname = 'vector'`);
    expect(rows).toHaveLength(vectors ? 1 : 0);
  });
  afterAll(async () => {
    await pool.end();
    await database.stop();
  });
  const anAccount = () => createStore(pool, { environment: 'sandbox', accountId: `act_${++accounts}` });
  const ids = (found: FoundPattern[]) => found.map(({ pattern }) => pattern.id);

  /** Every page, one after another. */
  async function pages(store: Store, search: PatternSearch, limit: number): Promise<string[][]> {
    const all: string[][] = [];
    for (let after: FoundPattern['place'] | undefined; ; ) {
      const found = await store.findPatterns({ search, limit, after });
      if (found.length === 0) return all;
      all.push(ids(found));
      after = found.at(-1)!.place;
    }
  }

  it('finds the nearest of one encoder and account, page by page, through ties', async () => {
    const store = anAccount();
    const stranger = anAccount();
    const names = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
    await store.savePatternFit(aFit(names.map((id) => aFittedPattern({ id, statement: id }))));
    await stranger.savePatternFit(aFit([aFittedPattern({ id: 'theirs', statement: 'theirs' })]));
    // n1, n2 and n3 are equally far.
    const angles = [0.1, 0.5, 0.5, 0.5, 0.9, 1.2];
    const rows = angles.map((angle, i) => ({
      statement: names[i]!,
      vector: direction(angle).vector,
    }));
    await embed(store, 'e1', rows);
    await embed(store, 'e1', [{ statement: 'n6', vector: direction(0).vector }]);
    await pool.query(
      `update auto_promotion.knowledge_base_vectors set embedder_id = 'e2' where content_id = 'n6'`,
    );
    await embed(stranger, 'e1', [{ statement: 'theirs', vector: direction(0).vector }]);
    const search: PatternSearch = { by: 'meaning', near: direction(0) };
    expect(await pages(store, search, 2)).toEqual([
      ['n0', 'n1'],
      ['n2', 'n3'],
      ['n4', 'n5'],
    ]);
    const [first] = await store.findPatterns({ search, limit: 1 });
    expect(1 - first!.place.score).toBeCloseTo(Math.cos(0.1), 3);
    expect(
      ids(
        await store.findPatterns({
          search: { by: 'meaning', near: direction(0, { encoderId: 'e2' }) },
          limit: 9,
        }),
      ),
    ).toEqual(['n6']);
    expect(await pages(store, { by: 'meaning', near: direction(0, { encoderId: 'e3' }) }, 2)).toEqual([]);
  });

  it('finds what was embedded after an earlier search', async () => {
    const store = anAccount();
    const search: PatternSearch = { by: 'meaning', near: direction(0) };
    for (const [at, id] of ['far', 'near'].entries()) {
      await store.statePattern(aStatement(id));
      await embed(store, 'e1', [{ statement: id, vector: direction(0.5 - at / 4).vector }]);
      const found = await store.findPatterns({ search, limit: 9 });
      expect(found.map(({ pattern }) => pattern.statement)).toEqual(
        ['far', 'near'].slice(0, at + 1).reverse(),
      );
    }
  });

  it.each([384, 768, 100])('finds the nearest of vectors of %i numbers', async (length) => {
    const store = anAccount();
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`);
    await store.savePatternFit(aFit(names.map((id) => aFittedPattern({ id, statement: id }))));
    await embed(
      store,
      'e1',
      names.map((id, i) => ({ statement: id, vector: direction(i / 20, { length }).vector })),
    );
    const found = await store.findPatterns({
      search: { by: 'meaning', near: direction(0.72, { length }) },
      limit: 3,
    });
    expect(ids(found)).toEqual(['n14', 'n15', 'n13']);
  });

  it('finds words in every wording, by their stem or their beginning, the best first', async () => {
    const store = anAccount();
    const { pattern: dogs } = await store.statePattern(aStatement('Dogs beat cats'));
    const { pattern: sale } = await store.statePattern(aStatement('A discount in the headline sells'));
    await store.statePattern(aStatement('Percentages off'), { sameAs: sale.id });
    const words = async (text: string) =>
      ids(await store.findPatterns({ search: { by: 'words', words: text }, limit: 9 }));
    expect(await words('dog')).toEqual([dogs.id]);
    expect(await words('headlines disc')).toEqual([sale.id]);
    expect(await words('percentage')).toEqual([sale.id]);
    expect((await words('cats discount headline')).slice().sort()).toEqual([dogs.id, sale.id].sort());
    expect((await words('cats discount headline'))[0]).toBe(sale.id);
    for (const nothing of ['', '🙂', `it's "not" | & ! :* (`, 'the', 'zebra'])
      expect([nothing, await words(nothing)]).toEqual([nothing, []]);
    expect(await pages(store, { by: 'words', words: 'dogs discount' }, 1)).toHaveLength(2);
  });

  it('lists the most certain first, by every filter', async () => {
    const store = anAccount();
    const fitted = [
      aFittedPattern({ id: 'b', q: 0.01 }),
      aFittedPattern({ id: 'a', q: 0.01, tags: ['x', 'y'] }),
      aFittedPattern({ id: 'c', q: 0.3, state: 'candidate', basis: 'foreign', category: 'visual_design' }),
      aFittedPattern({ id: 'd', q: null, shrunk: null, own: null, state: 'retired' }),
    ];
    await store.savePatternFit(aFit(fitted));
    const { pattern } = await store.statePattern(aStatement('Dogs beat cats'));
    expect(await pages(store, { by: 'certainty' }, 2)).toEqual([['a', 'b'], ['c', 'd'], [pattern.id]]);
    const filtered = async (filters: Parameters<Store['findPatterns']>[0]['filters']) =>
      ids(await store.findPatterns({ search: { by: 'certainty' }, filters: filters!, limit: 9 }));
    expect(await filtered({ kind: 'stated' })).toEqual([pattern.id]);
    expect(await filtered({ state: 'holds' })).toEqual(['a', 'b']);
    expect(await filtered({ basis: 'foreign' })).toEqual(['c']);
    expect(await filtered({ category: 'visual_design', kind: 'measured' })).toEqual(['c']);
    expect(await filtered({ tag: 'y' })).toEqual(['a']);
    expect(await filtered({ attributeId: 'd' })).toEqual(['d']);
    expect(await filtered({ tag: 'z' })).toEqual([]);
  });

  it('finds all that pass a filter, however far they are', async () => {
    const store = anAccount();
    const names = Array.from({ length: 200 }, (_, i) => `n${String(i).padStart(3, '0')}`);
    await store.savePatternFit(
      aFit(names.map((id, i) => aFittedPattern({ id, statement: id, tags: i % 50 === 49 ? ['rare'] : [] }))),
    );
    await embed(
      store,
      'e1',
      names.map((id, i) => ({ statement: id, vector: direction(i / 150).vector })),
    );
    const search: PatternSearch = { by: 'meaning', near: direction(0) };
    const found = await store.findPatterns({ search, filters: { tag: 'rare' }, limit: 10 });
    expect(ids(found)).toEqual(['n049', 'n099', 'n149', 'n199']);
    expect(found.every(({ pattern }) => pattern.createdAt === START + 7)).toBe(true);
  });
});
