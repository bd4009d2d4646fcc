/** Normal and Student t distributions that are precise far in the tails, unlike jStat's. */

import jStat from 'jstat';

const SQRT_2PI = Math.sqrt(2 * Math.PI);
const SQRT_PI = Math.sqrt(Math.PI);

/** Φ̄ beyond this is computed by continued fraction. */
const TAIL = 8;

// Rational Chebyshev approximations of erf and erfc: W. J. Cody, Math. Comp. 23 (1969), 631–637.
const ERF_P = [
  3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315,
] as const;
const ERF_Q = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171] as const;
const ERFC_P = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
] as const;
const ERFC_Q = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
] as const;
const ERFC_FAR_P = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
  0.016315387137302097,
] as const;
const ERFC_FAR_Q = [
  2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
] as const;

/** φ, the standard normal density. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / SQRT_2PI;
}

/** Φ̄(z) = P(Z > z), relative error under 1e-13 down to the smallest normal number (z about 37.5). */
export function normalSurvival(z: number): number {
  if (z > TAIL) return normalDensity(z) * farMills(z);
  if (z < -TAIL) return 1 - normalSurvival(-z);
  const x = Math.abs(z) * Math.SQRT1_2;
  if (x <= 0.46875) return 0.5 - 0.5 * erfNear(z * Math.SQRT1_2);
  const tail = 0.5 * Math.exp(-x * x) * scaledErfc(x);
  return z > 0 ? tail : 1 - tail;
}

/** Φ(z) = P(Z ≤ z). */
export function normalCdf(z: number): number {
  return normalSurvival(-z);
}

/** Φ⁻¹(p) for 0 ≤ p ≤ 1; ±Infinity at the ends. Throws RangeError outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${p}`);
  return p <= 0.5 ? -normalUpperQuantile(p) : normalUpperQuantile(1 - p);
}

/** The z with Φ̄(z) = q: Φ⁻¹(1 − q) without the cancellation of 1 − q. */
export function normalUpperQuantile(q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${q}`);
  if (q === 0) return Infinity;
  if (q > 0.5) return q === 1 ? -Infinity : -normalUpperQuantile(1 - q);
  if (q === 0.5) return 0;
  // Abramowitz and Stegun 26.2.23 (4.5e-4), then Newton on ln Φ̄, which is nearly a parabola.
  const s = Math.sqrt(-2 * Math.log(q));
  let z =
    s - (2.515517 + s * (0.802853 + s * 0.010328)) / (1 + s * (1.432788 + s * (0.189269 + s * 0.001308)));
  for (let step = 0; step < 4; step++) {
    const survival = normalSurvival(z);
    z += (Math.log(survival / q) * survival) / normalDensity(z);
  }
  return z;
}

/**
 * P(|T| ≥ |t|) of Student's t with `df` > 0 degrees of freedom, through the incomplete beta function:
 * relative error about 1e-7 down to 1e-300.
 */
export function studentTwoSidedP(t: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`degrees of freedom are positive, got ${df}`);
  if (t === 0) return 1;
  const p = jStat.ibeta(df / (df + t * t), df / 2, 0.5);
  if (p === false || Number.isNaN(p)) throw new RangeError(`no p-value of t = ${t} with df = ${df}`);
  return Math.min(1, Math.max(0, p));
}

const LOG_LARGEST_T = Math.log(1e150);

/**
 * The t with P(T > t) = q for 0 < q < 1: T_df⁻¹(1 − q) without the cancellation of 1 − q. Infinity beyond 1e150, because
 * t² would overflow; that happens with df far below 1.
 */
export function studentUpperQuantile(q: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`degrees of freedom are positive, got ${df}`);
  if (!(q > 0 && q < 1)) throw new RangeError(`a tail probability lies in (0, 1), got ${q}`);
  if (q === 0.5) return 0;
  if (q > 0.5) return -studentUpperQuantile(1 - q, df);
  const logDensity = studentLogDensityAtZero(df);
  let logT = Math.log(quantileGuess(q, df, logDensity));
  // ln P(T > t) is concave in ln t and straight in the tail, so Newton's method converges from every guess.
  for (let step = 0; step < 60; step++) {
    if (logT > LOG_LARGEST_T) return Infinity;
    const t = Math.exp(logT);
    const survival = 0.5 * studentTwoSidedP(t, df);
    if (survival === 0) {
      logT -= 0.1;
      continue;
    }
    const slope = Math.exp(logDensity - 0.5 * (df + 1) * Math.log1p((t * t) / df) + logT) / survival;
    const move = Math.max(-2, Math.min(2, Math.log(survival / q) / slope));
    logT += move;
    if (Math.abs(move) < 1e-10) break;
  }
  return Math.exp(logT);
}

/** T_df⁻¹(p) for 0 < p < 1. */
export function studentQuantile(p: number, df: number): number {
  return p <= 0.5 ? -studentUpperQuantile(p, df) : studentUpperQuantile(1 - p, df);
}

/** T_df⁻¹(Φ(b)): the critical value of t whose tail is that of a normal bound b ≥ 0. */
export function studentCritical(bound: number, df: number): number {
  return studentUpperQuantile(normalSurvival(bound), df);
}

function erfNear(x: number): number {
  const y = x * x;
  let numerator = ERF_P[4] * y;
  let denominator = y;
  for (let i = 0; i < 3; i++) {
    numerator = (numerator + ERF_P[i]!) * y;
    denominator = (denominator + ERF_Q[i]!) * y;
  }
  return (x * (numerator + ERF_P[3])) / (denominator + ERF_Q[3]);
}

/** e^{x²}·erfc(x) for x > 0.46875. */
function scaledErfc(x: number): number {
  if (x <= 4) {
    let numerator = ERFC_P[8] * x;
    let denominator = x;
    for (let i = 0; i < 7; i++) {
      numerator = (numerator + ERFC_P[i]!) * x;
      denominator = (denominator + ERFC_Q[i]!) * x;
    }
    return (numerator + ERFC_P[7]) / (denominator + ERFC_Q[7]);
  }
  const y = 1 / (x * x);
  let numerator = ERFC_FAR_P[5] * y;
  let denominator = y;
  for (let i = 0; i < 4; i++) {
    numerator = (numerator + ERFC_FAR_P[i]!) * y;
    denominator = (denominator + ERFC_FAR_Q[i]!) * y;
  }
  return (1 / SQRT_PI - (y * (numerator + ERFC_FAR_P[4])) / (denominator + ERFC_FAR_Q[4])) / x;
}

/** Mills' ratio Φ̄(z)/φ(z) for z > 8: Laplace's continued fraction, 40 terms give 16 digits there. */
function farMills(z: number): number {
  let fraction = z;
  for (let k = 40; k >= 1; k--) fraction = z + k / fraction;
  return 1 / fraction;
}

/** ln of the density of T at 0: ln Γ((df+1)/2) − ln Γ(df/2) − ½ ln(df·π), without the cancellation. */
function studentLogDensityAtZero(df: number): number {
  let half = df / 2;
  let shift = 0;
  // Γ(x+½)/Γ(x) = Γ(x+1½)/Γ(x+1) · x/(x+½), until the asymptotic series has 15 digits.
  while (half < 20) {
    shift += Math.log(half / (half + 0.5));
    half += 1;
  }
  const inverse = 1 / half;
  const square = inverse * inverse;
  const series = inverse * (-1 / 8 + square * (1 / 192 + square * (-1 / 640 + square * (17 / 14336))));
  return shift + 0.5 * Math.log(half) + series - 0.5 * Math.log(df * Math.PI);
}

/** A start for Newton's method: the Cornish-Fisher expansion if the tail is nearly normal, else the power law. */
function quantileGuess(q: number, df: number, logDensity: number): number {
  const z = normalUpperQuantile(q);
  const expansion = z + (z * z * z + z) / (4 * df) + (z * (3 + z * z * (16 + 5 * z * z))) / (96 * df * df);
  if (z * z < df) return expansion;
  // P(T > t) → f(0)·df^{(df+1)/2}·t^{−df}/df
  return Math.exp((logDensity + 0.5 * (df + 1) * Math.log(df) - Math.log(df * q)) / df);
}
