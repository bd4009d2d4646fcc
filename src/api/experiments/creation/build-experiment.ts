import type { AdSetDifference } from '../../../domain/comparability.js';
import type { EarlierDelivery } from '../../../domain/earlier-delivery.js';
import type { Creative, Experiment, Policy, Variant } from '../../../domain/experiment.js';
import type { NewExperiment } from '../requests.js';

/** The experiment that a valid request describes. The control comes first; `startedAt` is experiment time. */
export function buildExperiment(
  request: NewExperiment,
  policy: Policy,
  given: {
    id: string;
    environment: 'sandbox' | 'live';
    accountId: string;
    currency: string;
    /** In the order of the request's variants. */
    adSetIds: readonly string[];
    startedAt: number;
    earlierDelivery: EarlierDelivery;
    differences: AdSetDifference[];
  },
): Experiment {
  const ids = variantIds(request);
  const variants = request.variants.map((variant, index): Variant => {
    const draft = request.drafts?.[index];
    return {
      id: ids[index]!,
      role: variant.role,
      adId: variant.ad_id,
      adSetId: given.adSetIds[index]!,
      creative: draft?.creative ?? creativeOf(variant.creative),
      ...(draft && { draftId: draft.id }),
    };
  });
  const accepted = given.differences.length > 0 ? request.accept_differences : undefined;
  return {
    id: given.id,
    name: request.name,
    environment: given.environment,
    accountId: given.accountId,
    currency: given.currency,
    state: 'running',
    reason: { code: 'started' },
    hold: null,
    stateChangedAt: given.earlierDelivery.handedOverAt,
    policy,
    variants: [
      ...variants.filter((variant) => variant.role === 'control'),
      ...variants.filter((variant) => variant.role === 'challenger'),
    ],
    startedAt: given.startedAt,
    earlierDelivery: given.earlierDelivery,
    winnerVariantId: null,
    promotedAt: null,
    endedAt: null,
    ...(accepted ? { acceptedDifferences: { ...accepted, differences: given.differences } } : {}),
  };
}

/** The creative that a body describes. */
export function creativeOf(body: NewExperiment['variants'][number]['creative']): Creative {
  return {
    hook: body?.hook ?? null,
    headline: body?.headline ?? null,
    text: body?.text ?? null,
    script: body?.script ?? null,
    visualNotes: body?.visual_notes ?? null,
  };
}

/** The variants' ids in the order of the request: given ones, or else `control`, `challenger-1`, `challenger-2` … */
export function variantIds(request: NewExperiment): string[] {
  let challengers = 0;
  return request.variants.map((variant) => {
    if (variant.role === 'challenger') challengers += 1;
    return variant.id ?? (variant.role === 'control' ? 'control' : `challenger-${challengers}`);
  });
}
