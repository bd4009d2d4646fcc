/** Tells one training set from another. */

/**
 * A hash of 64 bits in hex: two multiplicative hashes of 32 bits over the characters. It guards against a mix-up, not
 * against anyone who wants one.
 */
export function fingerprintOf(value: unknown): string {
  const text = JSON.stringify(value);
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
