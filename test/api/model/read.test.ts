import { expect, it } from 'vitest';
import { modelStatus } from '../../../src/api/model/read.js';
import { ENCODERS } from '../../../src/clients/encoder/info.js';
import { textHash } from '../../../src/clients/encoder/text-hash.js';
import { quickEncoders } from '../../activities/learning/support/material.js';
import { useDatabase } from '../../clients/postgres/fixtures.js';
import { databaseKinds } from '../../support/postgres.js';

const db = useDatabase(databaseKinds().at(-1)!);

it('counts texts of decided tests, and those that the encoders of the setting have read', async () => {
  const store = db.store();
  const [one, two, three] = ['one', 'two', 'three'].map(textHash) as [string, string, string];
  const rows = (...hashes: string[]) =>
    new Map(hashes.map((hash) => [hash, { sentence: Float32Array.of(1), layers: Float32Array.of(2) }]));
  await store.enterDecidedTexts([one, two, three]);
  await store.saveTextEmbeddings(ENCODERS['use-lite'].id, rows(one, two, three, textHash('a draft')));
  await store.saveTextEmbeddings(ENCODERS.minilm.id, rows(two));
  await store.saveTextEmbeddings(ENCODERS.mpnet.id, rows(one, two));
  const status = async (encoder: 'use-lite' | 'minilm' | 'best') =>
    (await modelStatus({ store, encoders: quickEncoders(), encoder })).encoder;
  expect(await status('use-lite')).toEqual({ setting: 'use-lite', problem: null, texts: 3, encoded: 3 });
  expect(await status('minilm')).toMatchObject({ texts: 3, encoded: 1 });
  expect(await status('best')).toMatchObject({ texts: 3, encoded: 1 });
  const none = await modelStatus({ store, encoders: null, encoder: null });
  expect(none.encoder).toMatchObject({ setting: null, texts: 3, encoded: 0 });
});
