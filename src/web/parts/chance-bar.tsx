/** A chance as a bar, with its number in whole percents. */
import { chanceText } from '../format.js';
import { Figure } from './figures.js';

const [WIDTH, HEIGHT] = [96, 12];

export function ChanceBar({ field, chance }: { field: string; chance: number }) {
  const filled = Math.round(WIDTH * Math.max(0, Math.min(1, chance)) * 10) / 10;
  return (
    <span class="nowrap">
      <svg
        class="confidence-bar"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width={WIDTH}
        height={HEIGHT}
        aria-hidden="true"
      >
        <rect class="ground" width={WIDTH} y="3" height="6" rx="3" />
        <rect class="set" width={filled} y="3" height="6" rx="3" />
      </svg>{' '}
      <Figure field={field} value={chance}>
        {chanceText(Math.round(chance * 100) / 100)}
      </Figure>
    </span>
  );
}
