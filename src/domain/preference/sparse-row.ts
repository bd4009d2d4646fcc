/** A row of which most columns are 0: `columns` ascending, `weights` beside them. */
export interface SparseRow {
  columns: Int32Array;
  weights: Float64Array;
}

export function sparseDot({ columns, weights }: SparseRow, b: Float64Array | Float32Array): number {
  let sum = 0;
  for (let i = 0; i < columns.length; i++) sum += weights[i]! * b[columns[i]!]!;
  return sum;
}
