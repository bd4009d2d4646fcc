/** One-sided Clopper–Pearson bounds of a probability, by bisection of the exact binomial tail. */

const CONFIDENCE = 0.95;

/** The largest p that `count` out of `n` doesn't refute at 95 %. */
export function upperBound(count: number, n: number): number {
  if (count >= n) return 1;
  return bisect((p) => lowerTail(count, n, p) > 1 - CONFIDENCE);
}

/** The smallest p that `count` out of `n` doesn't refute at 95 %. */
export function lowerBound(count: number, n: number): number {
  return 1 - upperBound(n - count, n);
}

/** The p in (0, 1) below which `isBelow` is true. */
function bisect(isBelow: (p: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ count) of a binomial. */
function lowerTail(count: number, n: number, p: number): number {
  let logMass = n * Math.log1p(-p);
  let tail = Math.exp(logMass);
  for (let k = 1; k <= count; k++) {
    logMass += Math.log((n - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    tail += Math.exp(logMass);
  }
  return tail;
}
