/** Relative changes beyond this are shown as "more than". */
const LARGEST_SHOWN = 10_000;

/** A relative change as users read it, e.g. `+31.2 %`. */
export function percent(fraction: number): string {
  if (fraction > LARGEST_SHOWN) return `> +${LARGEST_SHOWN * 100} %`;
  const value = (fraction * 100).toFixed(1).replace('-0.0', '0.0');
  return `${value.startsWith('-') ? '' : '+'}${value} %`;
}
