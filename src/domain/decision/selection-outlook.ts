/** The time that a test of several ads still needs. */

import type { Policy, Variant } from '../experiment.js';
import type { PairEvidence } from './decision.js';
import { type Outlook, outlookOf } from './outlook.js';
import { pairOf } from './pairs.js';
import { type Selection, zoneBetween, zoneMatters } from './selection.js';

/**
 * Until the leader has beaten each rival that is open, or the rival is shown to be better by less than the zone: for that,
 * a lead of T is worth as much as one of T + ln(1 + zone)/SE is for beating it. If the zone doesn't matter: until the
 * leader has beaten its closest rival. Null if the estimate is useless for one of them.
 */
export function outlookOfSelection(
  closest: PairEvidence,
  selection: Selection,
  facts: {
    variants: readonly Variant[];
    policy: Policy;
    pairs: readonly PairEvidence[];
    weighedHours: number;
  },
): Outlook | null {
  const { variants, policy, pairs, weighedHours } = facts;
  const { leader, open } = selection;
  if (!zoneMatters(leader, variants, policy)) return outlookOf(closest.evidence, policy, weighedHours);
  let slowest: Outlook | null = null;
  for (const { id } of open) {
    const pair = pairOf(pairs, leader, id);
    const { t, se, tCritical, logE, hours } = pair.evidence;
    const lead = pair.variantB === leader ? t : -t;
    const shifted = se > 0 ? lead + Math.log1p(zoneBetween(variants, policy, leader, id)) / se : lead;
    // ln E grows with T².
    const scaled = logE === undefined ? {} : { logE: logE * (shifted / lead) ** 2 };
    const outlook = outlookOf({ t: shifted, tCritical, hours, ...scaled }, policy, weighedHours);
    if (outlook === null) return null;
    if (slowest === null || outlook.hours > slowest.hours) slowest = outlook;
  }
  return slowest;
}
