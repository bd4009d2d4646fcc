import type { Objective } from '../../domain/metric.js';
import type { ProposedVariant } from '../../domain/setup/proposals.js';
import type { ProposedExperimentJson } from './responses.js';

const LONGEST = { name: 200, headline: 500, text: 5_000 };

/** The request that starts a proposed test. Texts come from Meta: what a request can't hold is left out of them. */
export function newExperimentOf({
  name,
  objective,
  conversionEvent,
  variants,
}: {
  name: string;
  objective: Objective;
  conversionEvent: string | null;
  variants: readonly ProposedVariant[];
}): ProposedExperimentJson {
  return {
    name: textOf(name, LONGEST.name) ?? 'Test',
    variants: variants.map(({ role, ad }) => ({
      role,
      ad_id: ad.id,
      creative: {
        headline: textOf(ad.creative.title, LONGEST.headline),
        text: textOf(ad.creative.body, LONGEST.text),
      },
    })),
    policy: { objective, ...(conversionEvent === null ? {} : { conversion_event: conversionEvent }) },
  };
}

/** Null if nothing is left. */
function textOf(value: string | null, longest: number): string | null {
  const text = (value ?? '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a request can't hold them
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
    .slice(0, longest)
    // A pair that was cut in half, or never was whole.
    .replaceAll(/\p{Cs}/gu, '')
    .trim();
  return text === '' ? null : text;
}
