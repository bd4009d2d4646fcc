/** Ridge regression on whitened rows. */
import type { Design } from './design.js';

export interface RidgeOptions {
  /** The ratio of the noise variance (1 after whitening) to the prior variance of a coefficient. */
  penalty: number;
  /**
   * Ends if the residual's norm falls below this share of the right-hand side's. Predictions at 1e-3 correlate with those at
   * 1e-4 by over 0.99999.
   */
  tolerance?: number;
  /** The most iterations. */
  iterations?: number;
}

/**
 * Coefficients b that minimise |y − X b|² + penalty·|b|², by conjugate gradients on the normal equations (Hestenes and
 * Stiefel 1952). `y` is whitened too. No intercept. Deterministic: sums are taken in row order.
 */
export function fitRidge(design: Design, y: Float64Array, options: RidgeOptions): Float64Array {
  const { penalty, tolerance = 1e-3, iterations = 100 } = options;
  const b = new Float64Array(design.width);
  const residual = design.transposedTimes(y);
  const direction = Float64Array.from(residual);
  let squared = dot(residual, residual);
  const goal = tolerance * Math.sqrt(squared);
  for (let i = 0; i < iterations && Math.sqrt(squared) > goal; i++) {
    const image = design.normalTimes(direction);
    for (let c = 0; c < image.length; c++) image[c]! += penalty * direction[c]!;
    const step = squared / dot(direction, image);
    for (let c = 0; c < b.length; c++) {
      b[c]! += step * direction[c]!;
      residual[c]! -= step * image[c]!;
    }
    const next = dot(residual, residual);
    const keep = next / squared;
    for (let c = 0; c < direction.length; c++) direction[c] = residual[c]! + keep * direction[c]!;
    squared = next;
  }
  return b;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
