/** Relative changes beyond this are shown as "more than". */
const LARGEST_SHOWN = 10_000;

/**
 * A relative change as users read it, e.g. `+31.2 %`. Rounded to hundredths of a percent first, which is how the API gives
 * it: a sentence and a table then never differ by a digit.
 */
export function percent(fraction: number): string {
  if (fraction > LARGEST_SHOWN) return `> +${LARGEST_SHOWN * 100} %`;
  const hundredths = Math.sign(fraction) * Math.round(Math.abs(fraction) * 10_000);
  const tenths = Math.sign(hundredths) * Math.round(Math.abs(hundredths) / 10);
  const value = (tenths / 10 + 0).toFixed(1);
  return `${value.startsWith('-') ? '' : '+'}${value} %`;
}
