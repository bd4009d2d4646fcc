/** Relative changes that the API gives in percent. */
import { percent } from '../format.js';
import { Figure } from './figures.js';

/** `+5.2 %`. */
export function Percent({ field, value }: { field: string; value: number }) {
  return (
    <Figure field={field} value={value}>
      {percent(value / 100)}
    </Figure>
  );
}

/** `-1.0 % to +11.8 %`. */
export function percentRange([low, high]: readonly [number, number]): string {
  return `${percent(low / 100)} to ${percent(high / 100)}`;
}
