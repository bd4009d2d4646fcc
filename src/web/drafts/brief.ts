/** The form of a brief: what was typed, and the request that it describes. Pure. */
import type { z } from '@hono/zod-openapi';
import { briefBody } from '../../api/drafts/requests.js';
import type { NextBriefJson } from '../../api/drafts/responses.js';
import { BRIEF_LIMITS } from '../../domain/drafts/brief.js';

/** As typed. */
export interface TypedBrief {
  product: string;
  audience: string;
  offer: string;
  /** One entry per line. */
  mustSay: string;
  mustNotSay: string;
  tone: string;
  count: string;
  places: string;
  /** Id of the test from whose winner, or control, drafts start; empty: the latest winner. */
  experimentId: string;
  by: string;
}

export type BriefField = keyof TypedBrief;

/** What is wrong with each field, as a sentence. */
export type BriefFaults = Partial<Record<BriefField, string>>;

/** Names of the fields in the request, and in the form. */
const FIELDS: Record<BriefField, { body: string; label: string }> = {
  product: { body: 'product', label: 'Product' },
  audience: { body: 'audience', label: 'Audience' },
  offer: { body: 'offer', label: 'Offer' },
  mustSay: { body: 'must_say', label: 'Must say' },
  mustNotSay: { body: 'must_not_say', label: 'Must not say' },
  tone: { body: 'tone', label: 'Tone' },
  count: { body: 'count', label: 'Number of drafts' },
  places: { body: 'places', label: 'Drafts to test at once' },
  experimentId: { body: 'experiment_id', label: 'Start from' },
  by: { body: 'by', label: 'Your name' },
};
const NAMES = Object.keys(FIELDS) as BriefField[];

export const labelOf = (field: BriefField): string => FIELDS[field].label;

const USUAL_PLACES = 2;

/** The form before anyone has typed: the latest brief, if there is one. */
export function typedAtFirst({ brief }: NextBriefJson, given: Pick<TypedBrief, 'experimentId'>): TypedBrief {
  return {
    product: brief?.product ?? '',
    audience: brief?.audience ?? '',
    offer: brief?.offer ?? '',
    mustSay: (brief?.must_say ?? []).join('\n'),
    mustNotSay: (brief?.must_not_say ?? []).join('\n'),
    tone: brief?.tone ?? '',
    count: String(brief?.count ?? BRIEF_LIMITS.drafts.usual),
    places: String(USUAL_PLACES),
    by: '',
    ...given,
  };
}

export function readBrief(fields: Readonly<Record<string, unknown>>): TypedBrief {
  const typed = NAMES.map((name) => {
    const value = fields[FIELDS[name].body];
    // Browsers send line ends as two characters.
    return [name, typeof value === 'string' ? value.replaceAll('\r\n', '\n') : ''];
  });
  return Object.fromEntries(typed) as Record<BriefField, string>;
}

/** The body that the form describes, or what is wrong with each field. */
export function askedBy(
  typed: TypedBrief,
): { body: z.output<ReturnType<typeof briefBody>> } | { faults: BriefFaults } {
  const orNone = (text: string) => (text.trim() === '' ? undefined : text);
  const asked = {
    product: typed.product,
    audience: orNone(typed.audience),
    offer: orNone(typed.offer),
    must_say: linesOf(typed.mustSay),
    must_not_say: linesOf(typed.mustNotSay),
    tone: orNone(typed.tone),
    count: numberOf(typed.count),
    places: numberOf(typed.places),
    experiment_id: orNone(typed.experimentId),
    by: typed.by,
  };
  const parsed = briefBody(false).safeParse(asked);
  if (parsed.success) return { body: parsed.data };
  const faults: BriefFaults = {};
  for (const { path, message } of parsed.error.issues) {
    const field = NAMES.find((name) => FIELDS[name].body === path[0]);
    if (field !== undefined) faults[field] ??= faultOf(labelOf(field), path[1], message);
  }
  return { faults };
}

function faultOf(label: string, place: PropertyKey | undefined, message: string): string {
  if (typeof place === 'number') return `${label}: line ${place + 1} ${message}.`;
  return `${label} ${message.replace('entries', 'lines')}.`;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
