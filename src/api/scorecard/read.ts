import type { z } from '@hono/zod-openapi';
import { type Promotion, promotionOfWinner, ledgerOf as rowsOf } from '../../contract/records.js';
import { adName } from '../../domain/ad-name.js';
import { declarationSentence } from '../../domain/earlier-delivery.js';
import { entryOf } from '../../domain/entry.js';
import { RULES } from '../../domain/evidence/rules.js';
import { isEnded } from '../../domain/experiment.js';
import { caveatsOf } from '../../domain/reporting/caveats.js';
import { HOUR_MS } from '../../domain/time.js';
import { accountZone } from '../account/zone.js';
import { controlsOf } from '../controls/read.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { recommendationOf } from '../experiments/recommendation.js';
import { statusOf } from '../experiments/status.js';
import { isoOf, rounded } from '../http/format.js';
import { lookToJson } from '../looks/to-json.js';
import { ledgerOf } from '../rollouts/read.js';
import type { ScorecardAnswer } from './responses.js';

export type ScorecardJson = z.output<typeof ScorecardAnswer>;

/** One test on one page: what was shown, what came of it, what it moved and who decided. @throws ApiProblem 404 */
export async function scorecardOf(context: ApiContext, id: string): Promise<ScorecardJson> {
  const { store, meta, clock } = context;
  const experiment = await experimentOf(context, id);
  const [status, rollout, last, ledger, controls, zone, now] = await Promise.all([
    statusOf(context, experiment),
    store.getPromotion(id),
    store.latestDecision(id),
    ledgerOf(context, id),
    controlsOf(context, id),
    accountZone(meta),
    clock.now(),
  ]);
  const promotion = promotionOfWinner(rollout);
  const decision = (promotion && (await store.getDecision(id, promotion.lookNumber))) ?? last;
  const { variants, currency, policy } = experiment;
  const look = decision && lookToJson(decision, currency);
  const looks = [last && lookToJson(last, currency), look].filter((one) => one !== null);
  const { what, why } = recommendationOf(status, looks, controls.controls);
  const after = promotion && budgetsNow(promotion, ledger.ledger);
  const variantOf = new Map(variants.map(({ adSetId, id: variantId }) => [adSetId, variantId]));
  return {
    experiment_id: id,
    name: status.name,
    made_at: isoOf(now),
    timezone: zone ?? 'UTC',
    currency,
    state: status.state,
    verdict: what,
    why,
    objective: policy.objective,
    conversion_event: status.policy.conversion_event,
    start_date: status.start_date,
    declaration: declarationSentence(experiment),
    horizon_at: isoOf(experiment.startedAt + policy.horizonHours * HOUR_MS),
    promoted_at: status.promoted_at,
    end_date: status.end_date,
    look: look && { look_number: look.look_number, due_at: look.due_at },
    ads: status.variants.map(({ id: variantId, role, ad_id, ad_set_id, creative, dropped_at }) => {
      const metrics = entryOf(look?.metrics, variantId) ?? null;
      return {
        variant_id: variantId,
        role,
        name: adName(status.variants, variantId),
        headline: creative.headline,
        ad_id,
        ad_set_id,
        won: variantId === status.winner_variant_id,
        dropped_at,
        metrics,
        cost_per_conversion:
          metrics && metrics.conversions > 0 ? rounded(metrics.spend / metrics.conversions, 2) : null,
        budget_before_cents: promotion
          ? (promotion.plan.base[ad_set_id] ?? null)
          : (entryOf(decision?.setting?.dailyBudgets, variantId) ?? null),
        budget_after_cents: after?.[ad_set_id] ?? null,
      };
    }),
    pairs: (look?.pairs ?? []).map(({ variant_a, variant_b, lift, interval, confidence, note }) => ({
      variant_a,
      variant_b,
      lift,
      interval,
      confidence,
      note,
    })),
    decided: promotion && {
      how: promotion.forced ? 'force' : promotion.by === 'rule' ? 'rule' : 'approval',
      by: promotion.by,
      reason: promotion.reason,
      at: isoOf(promotion.openedAt),
      shadow: promotion.status === 'shadow',
    },
    moves: ledger.ledger
      .filter(({ outcome }) => outcome === 'applied')
      .map(({ sequence, at, phase, ad_set_id, before, read_back }) => ({
        sequence,
        at,
        phase,
        variant_id: variantOf.get(ad_set_id) ?? null,
        ad_set_id,
        before_cents: before,
        after_cents: read_back,
      })),
    verification: status.verification,
    recheck: status.recheck,
    controls: controls.controls.map(({ at, kind, by, reason, outcome }) => ({
      at,
      kind,
      by,
      reason,
      outcome,
    })),
    caveats: caveatsOf(
      decision && {
        adjusted: RULES[policy.rule].adjusted,
        randomised: decision.setting?.randomised ?? null,
        verification: status.verification?.outcome ?? null,
        promoted: promotion !== null,
        forced: promotion?.forced ?? false,
        shadow: promotion?.status === 'shadow',
        ended: isEnded(status.state),
        differs: status.accepted_differences !== null,
      },
    ),
    unreadable: [...ledger.unreadable, ...controls.unreadable],
  };
}

/** Each budget as it was read back last; before any write, the base. Minor units by ad set. */
function budgetsNow(
  promotion: Promotion,
  rows: readonly { sequence: number; ad_set_id: string; read_back: number | null }[],
): Record<string, number> {
  const now = { ...promotion.plan.base };
  for (const { ad_set_id: adSetId, read_back: amount } of rowsOf(promotion, rows))
    if (amount !== null && Object.hasOwn(now, adSetId)) now[adSetId] = amount;
  return now;
}
