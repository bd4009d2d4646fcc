import type { Analysis } from './request.js';

/** Hours at which to look: every `checkEveryHours`, and at the horizon itself, as long as there are rows. */
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
