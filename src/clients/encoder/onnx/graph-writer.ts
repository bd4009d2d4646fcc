/** Writes the graph of a model, one operation after another. */

import {
  ATTRIBUTE,
  ELEMENT,
  modelBytes,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
} from './schema.js';

type Numbers = Float32Array | Int8Array | Uint8Array | BigInt64Array;

/** Opset 20 brings `Gelu`; 9 is the first version of the format that may name it. */
const OPSET = 20;
const IR_VERSION = 9;

export class GraphWriter {
  private readonly nodes: OnnxNode[] = [];
  private readonly tensors: OnnxTensor[] = [];
  private values = 0;

  /** Adds a constant. `dims`: its shape; left out, it is a vector. Returns its name. */
  constant(numbers: Numbers, dims: readonly number[] = [numbers.length]): string {
    const size = dims.reduce((product, length) => product * length, 1);
    if (size !== numbers.length) throw new Error(`${numbers.length} numbers don't fill ${dims.join(' × ')}`);
    const name = this.name();
    const rawData = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    this.tensors.push({ name, dims, dataType: elementOf(numbers), rawData });
    return name;
  }

  /** A constant vector of whole numbers, for shapes and axes. */
  integers(...numbers: readonly number[]): string {
    return this.constant(BigInt64Array.from(numbers, BigInt));
  }

  /** Adds an operation. Returns the name of its result. */
  add(
    opType: string,
    input: readonly string[],
    attributes: Record<string, number | readonly number[]> = {},
  ): string {
    return this.addSeveral(opType, input, 1, attributes)[0]!;
  }

  /** Adds an operation with several results. A whole number becomes an integer attribute, others a float. */
  addSeveral(
    opType: string,
    input: readonly string[],
    results: number,
    attributes: Record<string, number | readonly number[]> = {},
  ): string[] {
    const output = Array.from({ length: results }, () => this.name());
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.nodes.push({ opType, input, output, attribute });
    return output;
  }

  /** The bytes of the file. `input`: whole numbers, by the names of its dimensions. `outputs`: public name → value. */
  finish(
    name: string,
    input: { name: string; dims: readonly string[] },
    outputs: Readonly<Record<string, string>>,
  ): Uint8Array {
    const named = Object.entries(outputs).map(([output, value]) => ({
      opType: 'Identity',
      input: [value],
      output: [output],
      attribute: [],
    }));
    const shape = { dim: input.dims.map((dimParam) => ({ dimParam })) };
    return modelBytes({
      irVersion: IR_VERSION,
      opsetImport: [{ domain: '', version: OPSET }],
      producerName: 'auto-promotion',
      graph: {
        name,
        node: [...this.nodes, ...named],
        initializer: this.tensors,
        input: [{ name: input.name, type: { tensorType: { elemType: ELEMENT.int64, shape } } }],
        // The runtime infers their types and shapes.
        output: Object.keys(outputs).map((output) => ({ name: output })),
      },
    });
  }

  private name(): string {
    this.values++;
    return `v${this.values}`;
  }
}

function elementOf(numbers: Numbers): number {
  if (numbers instanceof Float32Array) return ELEMENT.float;
  if (numbers instanceof Uint8Array) return ELEMENT.uint8;
  return numbers instanceof Int8Array ? ELEMENT.int8 : ELEMENT.int64;
}

function attributeOf(name: string, value: number | readonly number[]): OnnxAttribute {
  if (typeof value !== 'number') return { name, type: ATTRIBUTE.ints, ints: value };
  return Number.isInteger(value)
    ? { name, type: ATTRIBUTE.int, i: value }
    : { name, type: ATTRIBUTE.float, f: value };
}
