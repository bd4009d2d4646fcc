import { textsOf } from '../../../src/domain/creative/creative-texts.js';
import type { CreativeField } from '../../../src/domain/creative/ran-creative.js';
import { attributesOf } from '../../../src/domain/creative/registry.js';
import type { Claim, ShownAd } from '../../../src/domain/insights/claim.js';

/** An ad as it was shown. */
export function shown(
  fields: Partial<Record<CreativeField, string>>,
  { hasPicture = false, visualNotes = null as string | null } = {},
): ShownAd {
  const { hook = null, headline = null, text = null, script = null } = fields;
  return {
    fields,
    hasPicture,
    attributes: attributesOf(textsOf({ hook, headline, text, script, visualNotes })),
  };
}

export function said(changes: Partial<Claim> = {}): Claim {
  return {
    kind: 'winning_factor',
    text: 'It speaks to the reader',
    side: 'winner',
    field: 'headline',
    quote: 'Cold feet at night?',
    visible: null,
    attributeId: null,
    ...changes,
  };
}
