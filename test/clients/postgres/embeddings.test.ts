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

  it('are encoded once: a stored one stays, and the missing ones are named once each', async () => {
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
    expect(await store.missingTexts('e1', [NONE, HELLO, NONE, WORLD])).toEqual([NONE]);
    expect(await store.missingTexts('e2', [HELLO])).toEqual([HELLO]);
    expect(await store.missingTexts('e1', [])).toEqual([]);
  });

  it('get the layers that they lack', async () => {
    const store = db.store();
    const sentence = floats(1, 0);
    await store.saveTextEmbeddings('e1', new Map([[HELLO, { sentence, layers: null }]]));
    await store.saveTextEmbeddings('e1', new Map([[HELLO, { sentence: floats(9), layers: floats(2) }]]));
    await store.saveTextEmbeddings('e1', new Map([[HELLO, { sentence, layers: floats(3) }]]));
    expect((await store.textEmbeddings('e1', [HELLO])).get(HELLO)).toEqual({ sentence, layers: floats(2) });
  });

  it('have a hash that is one', async () => {
    const row = { sentence: floats(1), layers: null };
    await expect(db.store().saveTextEmbeddings('e1', new Map([['hello', row]]))).rejects.toMatchObject({
      code: '23514',
    });
  });
});
