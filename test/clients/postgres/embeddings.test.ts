import { describe, expect, it } from 'vitest';
import { textHash } from '../../../src/clients/encoder/text-hash.js';
import { DATABASES, useDatabase } from './fixtures.js';

const floats = (...values: number[]) => Float32Array.from(values);
const [HELLO, WORLD, NONE] = ['hello', 'world', 'none'].map(textHash) as [string, string, string];

describe.each(DATABASES)('encoded texts on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('come back bit for bit, under their encoder alone', async () => {
    const store = db.store();
    const odd = { sentence: floats(0.1, -1 / 3, 1e-38, 3.4e38), layers: floats(-0, 1e-45, 7.25) };
    await store.saveTextEmbeddings('e1', new Map([[HELLO, odd]]));
    await store.saveTextEmbeddings('voyage', new Map([[HELLO, { sentence: floats(1), layers: null }]]));
    const found = await store.textEmbeddings('e1', [HELLO, WORLD]);
    expect([...found]).toEqual([[HELLO, odd]]);
    expect((await store.textEmbeddings('voyage', [HELLO])).get(HELLO)).toEqual({
      sentence: floats(1),
      layers: null,
    });
    expect(await db.store().textEmbeddings('e1', [HELLO])).toEqual(new Map());
  });

  it('are encoded once: a stored one stays', async () => {
    const store = db.store();
    const first = { sentence: floats(1, 0), layers: null };
    const second = { sentence: floats(0, 1), layers: null };
    await store.saveTextEmbeddings('e1', new Map());
    await Promise.all([
      store.saveTextEmbeddings('e1', new Map([[HELLO, first]])),
      store.saveTextEmbeddings('e1', new Map([[WORLD, second]])),
    ]);
    await store.saveTextEmbeddings(
      'e1',
      new Map([
        [HELLO, second],
        [WORLD, first],
      ]),
    );
    const found = await store.textEmbeddings('e1', [HELLO, WORLD]);
    expect([found.get(HELLO), found.get(WORLD)]).toEqual([first, second]);
  });

  it('get the layers that they lack', async () => {
    const store = db.store();
    const sentence = floats(1, 0);
    await store.saveTextEmbeddings('e1', new Map([[HELLO, { sentence, layers: null }]]));
    await store.saveTextEmbeddings('e1', new Map([[HELLO, { sentence: floats(9), layers: floats(2) }]]));
    await store.saveTextEmbeddings('e1', new Map([[HELLO, { sentence, layers: floats(3) }]]));
    expect((await store.textEmbeddings('e1', [HELLO])).get(HELLO)).toEqual({ sentence, layers: floats(2) });
  });

  it('of decided tests are counted as encoded when each encoder has stored their layers', async () => {
    const store = db.store();
    const row = (layers: Float32Array | null) => ({ sentence: floats(1), layers });
    expect(await store.countDecidedTexts(['e1'])).toEqual({ texts: 0, encoded: 0 });
    await store.enterDecidedTexts([HELLO, WORLD, HELLO]);
    await store.enterDecidedTexts([WORLD, NONE]);
    await store.saveTextEmbeddings('e1', new Map([HELLO, WORLD].map((hash) => [hash, row(floats(2))])));
    await store.saveTextEmbeddings('e1', new Map([[NONE, row(null)]]));
    await store.saveTextEmbeddings('e1', new Map([[textHash('a draft'), row(floats(2))]]));
    await store.saveTextEmbeddings('e2', new Map([[HELLO, row(floats(3))]]));
    expect(await store.countDecidedTexts(['e1'])).toEqual({ texts: 3, encoded: 2 });
    expect(await store.countDecidedTexts(['e1', 'e2'])).toEqual({ texts: 3, encoded: 1 });
    expect((await store.countDecidedTexts([])).texts).toBe(3);
    expect(await db.store().countDecidedTexts(['e1'])).toEqual({ texts: 0, encoded: 0 });
  });

  it('have a hash that is one', async () => {
    const row = { sentence: floats(1), layers: null };
    await expect(db.store().saveTextEmbeddings('e1', new Map([['hello', row]]))).rejects.toMatchObject({
      code: '23514',
    });
  });
});
