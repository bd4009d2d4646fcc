/** Reports a lead that has faded as the ads aged. */

import { UNADJUSTED } from '../evidence/types.js';
import { type Metric, shownLift } from '../metric.js';
import { percent } from '../percent.js';
import type { PairEvidence } from './decision.js';
import type { HealthFinding } from './delivery-health.js';
import { hasFaded, seenFromA, TREND_P } from './fatigue.js';

/** One warning per rival over which the leader's lead has faded. It blocks nothing: the lead over the whole test counts. */
export function fadingFindings(
  metric: Metric,
  pairs: readonly PairEvidence[],
  leader: string | null,
): HealthFinding[] {
  return pairs.flatMap(({ variantA, variantB, byAge }): HealthFinding[] => {
    if (!byAge || (variantA !== leader && variantB !== leader)) return [];
    const [ages, rival] = variantB === leader ? [byAge, variantA] : [seenFromA(byAge), variantB];
    if (!hasFaded(ages)) return [];
    const { weeks, trend } = ages;
    const lift = (theta: number) => percent(shownLift(metric, Math.expm1(theta)));
    const [first, last] = [weeks[0]!, weeks.at(-1)!];
    const message = `the lead of ${leader} over ${rival} fades: ${metric.label} ${lift(first.theta)} in week ${first.week}, ${lift(last.theta)} in week ${last.week}; ${lift(trend!.perWeek)} per week, p ${Math.max(trend!.p, 1e-4).toFixed(4)} < ${TREND_P} (${UNADJUSTED})`;
    return [{ code: 'fading', level: 'warn', message }];
  });
}
