import { expect, test } from 'vitest';
import { GraphWriter } from '../../../../src/clients/encoder/onnx/graph-writer.js';
import { withOutputs } from '../../../../src/clients/encoder/onnx/schema.js';
import { HAS_RUNTIME, runOnnx } from '../support/onnx-runtime.js';

/** Looks up a row of two numbers per id, doubles it and sums it. */
function doubledSums(): { file: Uint8Array; doubled: string } {
  const graph = new GraphWriter();
  const table = graph.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  const rows = graph.add('Gather', [table, 'ids'], { axis: 0 });
  const doubled = graph.add('Mul', [rows, graph.constant(Float32Array.of(2))]);
  const sums = graph.add('ReduceSum', [doubled, graph.integers(-1)], { keepdims: 0 });
  return { file: graph.finish('sums', { name: 'ids', dims: ['texts', 'tokens'] }, { sums }), doubled };
}

test.runIf(HAS_RUNTIME)('a file that is written here runs', async () => {
  const { file } = doubledSums();
  expect(
    await runOnnx(file, 'ids', [
      [0, 2],
      [1, 1],
    ]),
  ).toEqual({ sums: [6, 22, 14, 14] });
});

test.runIf(HAS_RUNTIME)('an inner value becomes an output', async () => {
  const { file, doubled } = doubledSums();
  expect(await runOnnx(withOutputs(file, [doubled]), 'ids', [[0, 2]])).toEqual({
    sums: [6, 22],
    [doubled]: [2, 4, 10, 12],
  });
});

test('a constant must fill its shape', () => {
  expect(() => new GraphWriter().constant(Float32Array.of(1, 2, 3), [2, 2])).toThrow(
    "3 numbers don't fill 2 × 2",
  );
});
