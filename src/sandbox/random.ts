/**
 * Draws that depend only on a key. The generator is sfc32 (C. Doty-Humphrey, PractRand), seeded by four 32-bit
 * MurmurHash3-style hashes of the key. All samplers are exact; none is a normal approximation.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(key: string) {
    [this.#a, this.#b, this.#c, this.#d] = hash128(key);
    // It takes a dozen rounds until every bit of the seed affects every bit of the output.
    for (let i = 0; i < 12; i++) this.#next();
  }

  #next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** Uniform on the open interval (0, 1), 53 bits. */
  uniform(): number {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 67_108_864 + low + 0.5) / 9_007_199_254_740_992;
  }

  /** Standard normal (Box and Muller 1958). The second value is thrown away to keep the draw stateless. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Gamma with mean shape·scale (Marsaglia and Tsang 2000). */
  gamma(shape: number, scale: number): number {
    if (shape < 1) return this.gamma(shape + 1, scale) * this.uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }

  /** A positive factor with mean 1 and this coefficient of variation. */
  factor(cv: number): number {
    const shape = 1 / (cv * cv);
    return this.gamma(shape, 1 / shape);
  }

  /** Poisson: products of uniforms for a mean below 10, otherwise PTRS (Hörmann 1993). */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean < 10) {
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
      return count;
    }
    const logMean = Math.log(mean);
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const vr = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      const left = Math.log((v * inverseAlpha) / (a / (us * us) + b));
      if (left <= k * logMean - mean - logFactorial(k)) return k;
    }
  }

  /** Binomial: inversion for an expected count below 10, otherwise BTRS (Hörmann 1993). */
  binomial(n: number, p: number): number {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - this.binomial(n, 1 - p);
    return n * p < 10 ? this.#binomialByInversion(n, p) : this.#binomialByRejection(n, p);
  }

  #binomialByInversion(n: number, p: number): number {
    const ratio = p / (1 - p);
    let u = this.uniform();
    let mass = (1 - p) ** n;
    let k = 0;
    while (u > mass && k < n) {
      u -= mass;
      k++;
      mass *= (ratio * (n - k + 1)) / k;
    }
    return k;
  }

  #binomialByRejection(n: number, p: number): number {
    const deviation = Math.sqrt(n * p * (1 - p));
    const b = 1.15 + 2.53 * deviation;
    const a = -0.0873 + 0.0248 * b + 0.01 * p;
    const c = n * p + 0.5;
    const vr = 0.92 - 4.2 / b;
    const ratio = p / (1 - p);
    const alpha = (2.83 + 5.1 / b) * deviation;
    const m = Math.floor((n + 1) * p);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + c);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || k > n) continue;
      const bound =
        (m + 0.5) * Math.log((m + 1) / (ratio * (n - m + 1))) +
        (n + 1) * Math.log((n - m + 1) / (n - k + 1)) +
        (k + 0.5) * Math.log((ratio * (n - k + 1)) / (k + 1)) +
        stirlingTail(m) +
        stirlingTail(n - m) -
        stirlingTail(k) -
        stirlingTail(n - k);
      if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
    }
  }
}

/** Four 32-bit hashes of a text: deterministic, not cryptographic. */
export function hash128(text: string): [number, number, number, number] {
  let a = 1_779_033_703;
  let b = 3_144_134_277;
  let c = 1_013_904_242;
  let d = 2_773_480_762;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ code, 597_399_067);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = d ^ Math.imul(c ^ code, 951_274_213);
    d = a ^ Math.imul(d ^ code, 2_716_044_179);
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067);
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233);
  c = Math.imul(a ^ (c >>> 17), 951_274_213);
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179);
  a ^= b ^ c ^ d;
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}

const STIRLING_TAIL = [
  0.08106146679532726, 0.04134069595540929, 0.02767792568499834, 0.02079067210376509, 0.01664469118982119,
  0.01387612882307075, 0.01189670994589177, 0.01041126526197209, 0.00925546218271273, 0.00833056343336287,
];

/** ln k! − (½ ln 2π + (k + ½) ln(k + 1) − (k + 1)). */
function stirlingTail(k: number): number {
  const known = STIRLING_TAIL[k];
  if (known !== undefined) return known;
  const next = k + 1;
  const square = next * next;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / next;
}

function logFactorial(k: number): number {
  return 0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(k + 1) - (k + 1) + stirlingTail(k);
}
