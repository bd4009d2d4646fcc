/** The part of the ONNX file format that is needed here; the numbers are those of onnx.proto. */

import protobuf from 'protobufjs';

export interface OnnxModel {
  irVersion: number;
  opsetImport: readonly { domain: string; version: number }[];
  producerName: string;
  graph: OnnxGraph;
}

export interface OnnxGraph {
  name: string;
  node: readonly OnnxNode[];
  initializer: readonly OnnxTensor[];
  input: readonly OnnxValue[];
  output: readonly OnnxValue[];
}

export interface OnnxNode {
  opType: string;
  input: readonly string[];
  output: readonly string[];
  attribute: readonly OnnxAttribute[];
}

export type OnnxAttribute =
  | { name: string; type: typeof ATTRIBUTE.float; f: number }
  | { name: string; type: typeof ATTRIBUTE.int; i: number }
  | { name: string; type: typeof ATTRIBUTE.ints; ints: readonly number[] };

/** `rawData`: the numbers in little-endian order. */
export interface OnnxTensor {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData: Uint8Array;
}

/** A dimension is a length or the name of a length that differs between calls. */
export interface OnnxValue {
  name: string;
  type?: {
    tensorType: {
      elemType: number;
      shape: { dim: readonly ({ dimValue: number } | { dimParam: string })[] };
    };
  };
}

export const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
export const ELEMENT = { float: 1, uint8: 2, int8: 3, int64: 7 } as const;

const { root } = protobuf.parse(`
  syntax = "proto2";
  message Model {
    optional int64 ir_version = 1; repeated Opset opset_import = 8; optional string producer_name = 2;
    optional Graph graph = 7;
  }
  message Opset { optional string domain = 1; optional int64 version = 2; }
  message Graph {
    repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5;
    repeated Value input = 11; repeated Value output = 12;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; optional string op_type = 4;
    repeated Attribute attribute = 5;
  }
  message Attribute {
    optional string name = 1; optional float f = 2; optional int64 i = 3; repeated int64 ints = 8;
    optional int32 type = 20;
  }
  message Tensor {
    repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
  }
  message Value { optional string name = 1; optional Type type = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message Shape { repeated Dimension dim = 1; }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
`);
const MODEL = root.lookupType('Model');

/** The bytes of an `.onnx` file. */
export function modelBytes(model: OnnxModel): Uint8Array {
  return MODEL.encode(model as unknown as Record<string, unknown>).finish();
}

/**
 * The file with these inner values as further outputs. A second `graph` field is merged into the first, so the file
 * itself need not be understood.
 */
export function withOutputs(file: Uint8Array, names: readonly string[]): Uint8Array {
  const more = MODEL.encode({ graph: { output: names.map((name) => ({ name })) } }).finish();
  const whole = new Uint8Array(file.length + more.length);
  whole.set(file);
  whole.set(more, file.length);
  return whole;
}
