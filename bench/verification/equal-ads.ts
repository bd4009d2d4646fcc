/** Verification of equal ads in worlds whose ads drift apart, by what is known of the account. */

import { studentUpperQuantile } from '../../src/domain/evidence/distributions.js';
import { rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import { DEFAULT_RULES, DEFAULTS, type DefaultRule } from '../decisions/simulate.js';
import type { World } from '../decisions/worlds.js';
import { type WindowShares, windowsAt } from './report.js';
import { windowRows } from './simulate.js';

/** Those of the decision's worlds that last longer than a window. */
export const EQUAL_ADS_WORLDS = [
  'iid',
  'overdispersed_40',
  'day_noise',
  'drift_5',
  'weekend_5',
  'drift_10',
  'segments_24h',
] as const satisfies World[];

/** Percent of windows. */
export interface EqualAds {
  world: World;
  /** Without drift in the error, as before version 3 of the rule. */
  without_drift: { covered: number; verified: number };
  /** By the number of earlier tests of the account. The promoted test itself is known too. */
  with_drift: Record<DefaultRule, WindowShares>;
}

export function equalAds(
  seed: number,
  windows: number,
  worlds: readonly World[] = EQUAL_ADS_WORLDS,
): EqualAds[] {
  return worlds.map((world) => ({
    world,
    without_drift: withoutDrift(seed, world, windows),
    with_drift: Object.fromEntries(
      DEFAULTS.map((name) => [name, windowsAt(0, { seed, world, windows, earlier: DEFAULT_RULES[name] })]),
    ) as EqualAds['with_drift'],
  }));
}

function withoutDrift(seed: number, world: World, windows: number): EqualAds['without_drift'] {
  let covered = 0;
  let verified = 0;
  for (let run = 0; run < windows; run++) {
    const { theta, se, df } = rateRatio(windowRows({ seed, world, lift: 0, run, winner: 'B' }));
    const margin = studentUpperQuantile(0.05, df) * se;
    if (Math.abs(theta) <= margin) covered++;
    if (theta > margin) verified++;
  }
  const percent = (count: number) => Number(((100 * count) / windows).toFixed(2));
  return { covered: percent(covered), verified: percent(verified) };
}
