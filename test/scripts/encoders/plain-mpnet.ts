/** MPNet's layers in plain sums of doubles, written from the paper and transformers' MPNetModel: slow and independent. */

import type { MpnetShape, Weights } from '../../../scripts/setup/encoders/mpnet-graph.js';

type Rows = number[][];

export async function plainLayers(
  weights: Weights,
  shape: MpnetShape,
  layers: number,
  ids: readonly number[],
): Promise<Rows[]> {
  const { hidden, heads, inner, words, positions } = shape;
  const size = hidden / heads;
  const vector = async (name: string, length = hidden) => [...(await weights.floats(name, [length]))];
  const matrix = async (name: string, rows: number, columns: number): Promise<Rows> => {
    const all = await weights.floats(name, [rows, columns]);
    return Array.from({ length: rows }, (_, row) => [...all.subarray(row * columns, (row + 1) * columns)]);
  };
  const linear = async (rows: Rows, name: string, from: number, to: number): Promise<Rows> => {
    const weight = await matrix(`${name}.weight`, to, from);
    const bias = await vector(`${name}.bias`, to);
    return rows.map((row) => weight.map((w, i) => bias[i]! + dot(w, row)));
  };
  const normal = async (rows: Rows, name: string): Promise<Rows> => {
    const weight = await vector(`${name}.weight`);
    const bias = await vector(`${name}.bias`);
    return rows.map((row) => {
      const mean = row.reduce((sum, x) => sum + x, 0) / hidden;
      const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / hidden;
      return row.map((x, i) => ((x - mean) / Math.sqrt(variance + 1e-5)) * weight[i]! + bias[i]!);
    });
  };
  const word = await matrix('embeddings.word_embeddings.weight', words, hidden);
  const place = await matrix('embeddings.position_embeddings.weight', positions, hidden);
  const bias = await matrix('encoder.relative_attention_bias.weight', 32, heads);
  let rows = await normal(
    ids.map((id, i) => word[id]!.map((x, c) => x + place[i + 2]![c]!)),
    'embeddings.LayerNorm',
  );
  const results: Rows[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const name = `encoder.layer.${layer}`;
    const query = await linear(rows, `${name}.attention.attn.q`, hidden, hidden);
    const key = await linear(rows, `${name}.attention.attn.k`, hidden, hidden);
    const value = await linear(rows, `${name}.attention.attn.v`, hidden, hidden);
    const context = query.map((q, i) =>
      q.map((_, column) => {
        const head = Math.floor(column / size);
        const part = (row: number[]) => row.slice(head * size, (head + 1) * size);
        const scores = key.map(
          (k, j) => dot(part(q), part(k)) / Math.sqrt(size) + bias[bucket(j - i)]![head]!,
        );
        const powers = scores.map((score) => Math.exp(score));
        return (
          dot(
            powers,
            value.map((v) => v[column]!),
          ) / powers.reduce((a, b) => a + b)
        );
      }),
    );
    const mixed = await linear(context, `${name}.attention.attn.o`, hidden, hidden);
    rows = await normal(add(mixed, rows), `${name}.attention.LayerNorm`);
    const wide = await linear(rows, `${name}.intermediate.dense`, hidden, inner);
    const bent = wide.map((row) => row.map((x) => (x * (1 + erf(x / Math.SQRT2))) / 2));
    const narrow = await linear(bent, `${name}.output.dense`, inner, hidden);
    rows = await normal(add(narrow, rows), `${name}.output.LayerNorm`);
    results.push(rows);
  }
  return results;
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const add = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((x, c) => x + b[i]![c]!));

/** By transformers' words: half of the buckets for keys after the query; exact up to 7, then by the logarithm. */
function bucket(relative: number): number {
  const after = relative > 0 ? 16 : 0;
  const far = Math.abs(relative);
  if (far < 8) return after + far;
  return after + Math.min(15, 8 + Math.trunc((Math.log(far / 8) / Math.log(16)) * 8));
}

/** The series of the error function; its terms are small enough for |x| < 4, and beyond that it is ±1. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
