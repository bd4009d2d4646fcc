import { expect, test } from 'vitest';
import { type Model, meanOfRows, rowsOf, toUnitLength } from '../../../src/clients/encoder/model.js';

test('a call has texts of one length alone, and at most as many as the model takes', async () => {
  const calls: number[][] = [];
  const model: Model = {
    width: 2,
    atOnce: 2,
    tokens: (text) => text.split(' ').map(Number),
    run: async (texts) => {
      calls.push(texts.map((tokens) => tokens.length));
      return Float32Array.from(texts.flatMap((tokens) => [tokens.length, tokens.reduce((a, b) => a + b)]));
    },
  };
  const rows = await rowsOf(model, ['1 2', '3', '4 5', '6', '7 8', '9 10 11']);
  expect([...rows]).toEqual([2, 3, 1, 3, 2, 9, 1, 6, 2, 15, 3, 30]);
  expect(calls).toEqual([[2, 2], [2], [1, 1], [3]]);
});

test('the mean over the tokens of one text, beside others', () => {
  const to = new Float32Array(5);
  meanOfRows({ data: Float32Array.of(9, 9, 1, 2, 3, 6, 9, 9), from: 2, count: 2, width: 2 }, to, 1);
  expect([...to]).toEqual([0, 2, 4, 0, 0]);
});

test('unit length; zeros stay zeros', () => {
  const vector = Float32Array.of(9, 3, 4, 0, 0);
  toUnitLength(vector, 1, 2);
  toUnitLength(vector, 3, 2);
  expect([...vector]).toEqual([9, Math.fround(0.6), Math.fround(0.8), 0, 0]);
});
