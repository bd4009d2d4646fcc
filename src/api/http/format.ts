/** The formats of instants and numbers in answers. */

/** ISO 8601 with Z; milliseconds only if they are not zero. */
export function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}

export function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoOf(epochMs);
}

/** Rounds half away from zero; 0 if the value isn't finite. */
export function rounded(value: number, digits: number): number {
  if (!Number.isFinite(value)) return 0;
  const factor = 10 ** digits;
  return (Math.sign(value) * Math.round(Math.abs(value) * factor)) / factor + 0;
}
