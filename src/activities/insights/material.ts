/** What the record knows of the two ads that insights compare. */
import type { Store } from '../../clients/postgres/types.js';
import type { Promotion } from '../../contract/records.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import {
  type CreativeField,
  fieldsOf,
  type RanCreative,
  type StoredPicture,
} from '../../domain/creative/ran-creative.js';
import { attributesOf } from '../../domain/creative/registry.js';
import type { PairEvidence } from '../../domain/decision/decision.js';
import { effectOf, intervalFor } from '../../domain/decision/pairs.js';
import { rivalOf } from '../../domain/decision/rival.js';
import { entryOf } from '../../domain/entry.js';
import { type Experiment, type Variant, variantOf } from '../../domain/experiment.js';
import { CLAIM_SIDES, type ClaimSide, type ShownPair } from '../../domain/insights/claim.js';
import type { PerformanceMetrics } from '../../domain/insights/form.js';
import { pictureTypeOf } from '../../domain/insights/picture.js';
import type { VariantMetrics } from '../../domain/metric.js';

/** What has the creatives as they ran. */
export interface RanCreatives {
  /** By variant id; a variant whose creative was not read is missing. */
  ranCreatives(experimentId: string): Promise<ReadonlyMap<string, RanCreative>>;
  picture(hash: string): Promise<StoredPicture | null>;
}

/** A picture of more bytes is left out: Claude takes 5 MB in base64. */
const LARGEST_PICTURE = 3_500_000;

export interface Material {
  winner: Variant;
  loser: Variant;
  fields: Record<ClaimSide, Partial<Record<CreativeField, string>>>;
  pictures: Record<ClaimSide, StoredPicture | null>;
  /** With the pictures that can be shown. */
  pair: ShownPair;
  metrics: PerformanceMetrics;
  /** Sentences on pictures that were left out. */
  notes: string[];
}

/** The winner, and the ad that it is compared with. `brandNames`: of the account. */
export async function materialOf(
  deps: {
    store: Pick<Store, 'getPromotion' | 'getDecision'>;
    creatives: RanCreatives;
    brandNames?: readonly string[];
  },
  experiment: Experiment,
  winnerVariantId: string,
): Promise<Material> {
  const promotion = await deps.store.getPromotion(experiment.id);
  const winner = variantOf(experiment, winnerVariantId);
  const loser = rivalOf(experiment, winner, promotion?.metrics);
  const decision = promotion && (await deps.store.getDecision(experiment.id, promotion.lookNumber));
  const ran = await deps.creatives.ranCreatives(experiment.id);
  const variants = { winner, loser };
  const notes: string[] = [];
  const fields = bySide((side) => fieldsOf(variants[side].creative, ran.get(variants[side].id) ?? null));
  const pictures: Material['pictures'] = { winner: null, loser: null };
  for (const side of CLAIM_SIDES) {
    const { picture, note } = await pictureOf(deps.creatives, ran.get(variants[side].id) ?? null);
    pictures[side] = picture;
    if (note !== null) notes.push(`The picture of the ${side} was left out: ${note}`);
  }
  const pair = bySide((side) => ({
    fields: fields[side],
    hasPicture: pictures[side] !== null,
    attributes: attributesOf(
      textsOf(
        {
          hook: fields[side].hook ?? null,
          headline: fields[side].headline ?? null,
          text: fields[side].text ?? null,
          script: fields[side].script ?? null,
          visualNotes: variants[side].creative.visualNotes,
        },
        deps.brandNames,
      ),
    ),
  }));
  const comparison =
    experiment.variants.length === 2 ? promotion : comparisonOf(decision?.pairs ?? [], winner, loser);
  const metrics = metricsOf(promotion?.metrics, comparison, winner, loser);
  return { ...variants, fields, pictures, pair, metrics, notes };
}

function bySide<T>(of: (side: ClaimSide) => T): Record<ClaimSide, T> {
  return { winner: of('winner'), loser: of('loser') };
}

async function pictureOf(
  creatives: RanCreatives,
  ran: RanCreative | null,
): Promise<{ picture: StoredPicture | null; note: string | null }> {
  const none = (note: string | null) => ({ picture: null, note });
  if (!ran?.picture) return none(null);
  const { hash, problem } = ran.picture;
  if (hash === null) return none(problem);
  const stored = await creatives.picture(hash);
  if (stored === null) return none('it is not on record.');
  const type = pictureTypeOf(stored.bytes);
  if (type === null) return none('the file is no image that can be shown.');
  if (stored.bytes.length > LARGEST_PICTURE) return none('it has more than 3.5 MB.');
  return { picture: { type, bytes: stored.bytes }, note: null };
}

type Comparison = Pick<Promotion, 'theta' | 'interval' | 'confidence'>;

/** The winner over the loser at the decision; null without evidence. What the promotion has of more ads is over the closest rival. */
function comparisonOf(all: readonly PairEvidence[], winner: Variant, loser: Variant): Comparison | null {
  const pairs = all.filter((pair) => involves(pair, winner) && involves(pair, loser));
  const [pair] = pairs;
  if (!pair || !(pair.evidence.se > 0)) return null;
  return {
    theta: effectOf(pairs, winner.id, loser.id),
    interval: intervalFor(pair, winner.id),
    confidence: pair.evidence.confidence,
  };
}

function involves({ variantA, variantB }: PairEvidence, { id }: Variant): boolean {
  return variantA === id || variantB === id;
}

function metricsOf(
  metrics: Promotion['metrics'] | undefined,
  comparison: Comparison | null,
  winner: Variant,
  loser: Variant,
): PerformanceMetrics {
  const of = (variant: Variant) => entryOf(metrics, variant.id) ?? null;
  const rate = (found: VariantMetrics | null) =>
    found && found.impressions > 0 ? found.linkClicks / found.impressions : null;
  const [won, lost] = [of(winner), of(loser)];
  return {
    winner_ctr: rate(won),
    loser_ctr: rate(lost),
    winner_impressions: won?.impressions ?? null,
    loser_impressions: lost?.impressions ?? null,
    lift: comparison && Math.expm1(comparison.theta),
    lift_low: comparison?.interval?.[0] ?? null,
    lift_high: comparison?.interval?.[1] ?? null,
    confidence: comparison?.confidence ?? null,
  };
}
