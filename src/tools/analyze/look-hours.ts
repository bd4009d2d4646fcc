import type { Analysis } from './request.js';

/** Hours of the looks: every `checkEveryHours` and the horizon itself, as far as there are rows. */
export function* lookHours({ rows, settings, checkEveryHours }: Analysis): Generator<number> {
  const { horizonHours } = settings;
  let before = 0;
  for (let k = 1; ; k++) {
    const hours = k * checkEveryHours;
    if (before < horizonHours && horizonHours < hours && horizonHours <= rows.length) yield horizonHours;
    if (hours > rows.length) return;
    yield hours;
    before = hours;
  }
}
