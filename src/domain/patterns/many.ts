/** What many effects say together: how many may be false, and how large effects usually are. */

/**
 * For each p, the false discovery rate at which it would pass: Benjamini and Hochberg, Journal of the Royal Statistical
 * Society B 57 (1995), 289–300. In the order given.
 */
export function adjustedP(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => ps[b]! - ps[a]!);
  const adjusted = new Array<number>(ps.length);
  let least = 1;
  order.forEach((index, above) => {
    least = Math.min(least, (ps[index]! * ps.length) / (ps.length - above));
    adjusted[index] = least;
  });
  return adjusted;
}

interface Estimated {
  effect: number;
  se: number;
}

/** Halvings of the bracket: to less than 1e-12 of it. */
const HALVINGS = 40;

/**
 * Variance of true effects around 0, from their estimates: the value at which the squared estimates are as large as
 * expected, Σ effect²/(variance + se²) = number (Paule and Mandel 1982; DerSimonian and Kacker, Contemporary Clinical
 * Trials 28, 2007), with a mean of 0, because the sign of an attribute is arbitrary. 0 if the errors alone explain them.
 */
export function normalPrior(estimates: readonly Estimated[]): number {
  const excess = (variance: number) =>
    estimates.reduce((sum, { effect, se }) => sum + effect ** 2 / (variance + se ** 2), 0) - estimates.length;
  if (estimates.length === 0 || excess(0) <= 0) return 0;
  let low = 0;
  let high = estimates.reduce((sum, { effect }) => sum + effect ** 2, 0);
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean and standard deviation of a true effect under the prior N(0, variance): Efron and Morris, JASA 68 (1973). */
export function shrunk({ effect, se }: Estimated, variance: number): { mean: number; sd: number } {
  const kept = variance / (variance + se * se);
  return { mean: kept * effect, sd: Math.sqrt(kept) * se };
}
