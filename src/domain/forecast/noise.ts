/**
 * Sampling variances of the log rates of one test if all its texts had the test's common rate. Those that were measured
 * depend on the outcome, because a text that does badly has few events: with them, the worst would seem to have had a good
 * chance to measure best. A variance goes with 1 / (trials · rate), so trials go with 1 / (variance · rate).
 */
export function noiseOf(texts: readonly { logRate: number; variance: number }[]): number[] {
  const events = texts.reduce((sum, { variance }) => sum + 1 / variance, 0);
  const trials = texts.map(({ logRate, variance }) => 1 / (variance * Math.exp(logRate)));
  const rate = events / trials.reduce((sum, value) => sum + value, 0);
  return trials.map((value) => 1 / (value * rate));
}
