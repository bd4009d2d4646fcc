/** How a leader stands against its rivals, for users. */

import { adName, shortAdName } from '../ad-name.js';
import { UNADJUSTED } from '../evidence/types.js';
import type { Policy, Variant } from '../experiment.js';
import { METRICS, shownLift } from '../metric.js';
import { percent } from '../percent.js';
import type { PairEvidence } from './decision.js';
import { indifferenceOf, type RivalLift, type Selection, zoneMatters } from './selection.js';

/** A figure this close to the zone, a relative lift, is shown as this far from it: it must not read as the zone itself. */
const CLOSEST_SHOWN = 0.001;

/**
 * Which rivals the leader has beaten, which are shown to be better by less than the zone, and which are still open, with
 * figures: at most one sentence. None if the zone doesn't matter, before the first rival is beaten and after the last one.
 */
export function selectionReasons(
  { leader, beaten, close, open, chosen, neededOverControl }: Selection,
  facts: { variants: readonly Variant[]; policy: Policy; pairs: readonly PairEvidence[] },
): string[] {
  const { variants, policy, pairs } = facts;
  if (!zoneMatters(leader, variants, policy) || beaten.length === 0) return [];
  if (close.length === 0 && open.length === 0) return [];
  const zone = indifferenceOf(policy);
  const metric = METRICS[policy.objective];
  const adjusted = pairs.every(({ evidence }) => evidence.adjusted);
  const shown = (lift: number) => percent(shownLift(metric, lift));
  // The reasons before it have named the leader in full.
  const name = (id: string) => (id === leader ? shortAdName(variants, id) : adName(variants, id));
  const bound = ({ id, atMost }: RivalLift): string => {
    if (atMost === null) return `${name(id)} (no bound at this look)`;
    const isWithin = atMost < zone;
    const inverse = shownLift(metric, zone) < 0;
    const operator = inverse === isWithin ? '>' : '<';
    const figure =
      Math.abs(atMost - zone) < CLOSEST_SHOWN ? zone + (isWithin ? -1 : 1) * CLOSEST_SHOWN : atMost;
    const note = adjusted ? '' : `, ${UNADJUSTED}`;
    return `${name(id)} (${metric.label} over ${name(leader)} at ${inverse ? 'least' : 'most'} ${shown(figure)} ${operator} ${shown(zone)}${note})`;
  };
  const parts = [`${name(leader)} has beaten ${listed(beaten.map(name))}`];
  if (close.length > 0) {
    const list = listed(close.map(bound));
    parts.push(`within the indifference zone: ${list}`);
  }
  if (open.length > 0) parts.push(`still open: ${listed(open.map(bound))}`);
  if (open.length === 0 && !chosen) {
    const needed = neededOverControl.toFixed(3);
    parts.push(
      `with ${close.length + 1} ads to choose from, a confidence of ${needed} over the control is needed`,
    );
  }
  return [`${parts.join('; ')}.`];
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
