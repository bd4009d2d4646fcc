import type { MeasuredText } from '../../src/domain/preference/measured-text.js';
import { groupsOf } from '../../src/domain/preference/within-groups.js';

/** The variance between texts of a group before any test was seen, and the tests that it counts as. */
const PRIOR_RESIDUAL = { variance: 0.068, degrees: 20 };

/**
 * The variance of true log rates within groups that a prediction leaves: the moment estimator of DerSimonian and Kacker (2007)
 * over groups, averaged with what is assumed before any test by degrees of freedom. Texts weigh 1/(variance + what is
 * assumed): by 1/variance, as in DerSimonian and Laird (1986), the longest tests would count most, and their texts differ
 * least.
 */
export function residualVariance(rows: readonly MeasuredText[], prediction: Float64Array): number {
  let excess = 0;
  let factor = 0;
  let degrees = 0;
  for (const members of groupsOf(rows)) {
    if (members.length < 2) continue;
    // Sums of w, w², w·v, w²·v and w·(y − prediction).
    let [w1, w2, wv, w2v, wy] = [0, 0, 0, 0, 0];
    for (const i of members) {
      const { variance, logRate } = rows[i]!;
      const w = 1 / (variance + PRIOR_RESIDUAL.variance);
      w1 += w;
      w2 += w * w;
      wv += w * variance;
      w2v += w * w * variance;
      wy += w * (logRate - prediction[i]!);
    }
    let q = 0;
    for (const i of members) {
      const { variance, logRate } = rows[i]!;
      q += (logRate - prediction[i]! - wy / w1) ** 2 / (variance + PRIOR_RESIDUAL.variance);
    }
    excess += q - (wv - w2v / w1);
    factor += w1 - w2 / w1;
    degrees += members.length - 1;
  }
  if (factor === 0) return PRIOR_RESIDUAL.variance;
  const measured = Math.max(0, excess / factor);
  return (
    (PRIOR_RESIDUAL.degrees * PRIOR_RESIDUAL.variance + degrees * measured) /
    (PRIOR_RESIDUAL.degrees + degrees)
  );
}
