/** The form of the page for new tests: what was typed, and the requests that it describes. Pure. */
import { type NewExperiment, newExperimentBody, registrationOf } from '../../api/experiments/requests.js';
import { ApiProblem, sentencesOf } from '../../api/http/problems.js';
import type { ProposalJson } from '../../api/setup/responses.js';
import { DEFAULT_CONVERSION_EVENT } from '../../domain/conversion-event.js';
import { OBJECTIVES, type Objective } from '../../domain/metric.js';

/** What the form says about one test. */
export interface TypedTest {
  /** The ids of its ads, in the order of the proposal. */
  key: string;
  ticked: boolean;
  /** Of the test: the same form sent twice starts it once. */
  id: string;
  name: string;
  objective: string;
  /** What counts as a conversion. */
  event: string;
  controlAdId: string;
  /** Days, as typed. */
  horizonDays: string;
  approval: boolean;
  /** Whether it may be extended later: the rule `anytime` decides. */
  extendable: boolean;
  /** Whether delivery before the handover counts, why, and who declares that the test was planned so. */
  counts: boolean;
  countsBecause: string;
  declaredBy: string;
  /** `draftId`: of the draft that the ad was made from; empty: of none. */
  ads: { adId: string; headline: string; text: string; draftId: string }[];
}

/** Drafts that someone wants to test, in their order. */
export type DraftsToTest = readonly NonNullable<NonNullable<NewExperiment['drafts']>[number]>[];

export const MOST_TESTS = 50;
const MOST_DRAFTS = 20;
const KEY = /^\d{1,32}(\.\d{1,32}){1,5}$/;

export function keyOf({ ads }: Pick<ProposalJson, 'ads'>): string {
  return ads.map(({ ad_id }) => ad_id).join('.');
}

/** The fields of a proposal that nobody has changed. */
export function typedOf(
  proposal: ProposalJson,
  {
    horizonHours,
    drafts,
    ...given
  }: Pick<TypedTest, 'id' | 'ticked' | 'declaredBy'> & { horizonHours: number; drafts: DraftsToTest },
): TypedTest {
  const { experiment, ads } = proposal;
  return {
    ...given,
    key: keyOf(proposal),
    name: experiment.name,
    objective: experiment.policy.objective,
    event: experiment.policy.conversion_event ?? DEFAULT_CONVERSION_EVENT,
    controlAdId: ads.find(({ role }) => role === 'control')!.ad_id,
    horizonDays: String(horizonHours / 24),
    approval: false,
    extendable: false,
    counts: false,
    countsBecause: '',
    ads: experiment.variants.map(({ ad_id, creative }) => ({
      adId: ad_id,
      headline: creative.headline ?? '',
      text: creative.text ?? '',
      draftId: drafts.find((draft) => hasTextsOf(draft, creative))?.id ?? '',
    })),
  };
}

/** Whether an ad says what a draft says: then it was made from it, most likely. */
function hasTextsOf(
  { creative }: DraftsToTest[number],
  ad: { headline?: string | null | undefined; text?: string | null | undefined },
): boolean {
  const said = (parts: readonly (string | null | undefined)[]) =>
    parts
      .flatMap((part) => part ?? [])
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim();
  const body = said([creative.hook, creative.text]);
  const [headline, text] = [said([ad.headline]), said([ad.text])];
  return (
    headline === said([creative.headline]) &&
    (text === body || text === said([creative.text])) &&
    `${headline}${text}` !== ''
  );
}

export type FormFields = Record<string, string | File | (string | File)[]>;

/** Every test of a form that was sent, ticked or not. `newId` is for a test whose form has no id. */
export function readForm(fields: FormFields, newId: () => string): TypedTest[] {
  const ticked = new Set(all(fields.start));
  const keys = [...new Set([...all(fields.test), ...ticked])].filter((key) => KEY.test(key));
  return keys.map((key) => {
    const own = (name: string) => one(fields[`${name}.${key}`]);
    const adIds = key.split('.');
    return {
      key,
      ticked: ticked.has(key),
      id: own('id') || newId(),
      name: own('name'),
      objective: own('objective'),
      event: own('event'),
      controlAdId: own('control') || adIds[0]!,
      horizonDays: own('horizon'),
      approval: own('approval') !== '',
      extendable: own('extendable') !== '',
      counts: own('counts') !== '',
      countsBecause: own('because'),
      declaredBy: own('by'),
      ads: adIds.map((adId) => ({
        adId,
        headline: one(fields[`headline.${key}.${adId}`]),
        text: one(fields[`text.${key}.${adId}`]),
        draftId: one(fields[`draft.${key}.${adId}`]),
      })),
    };
  });
}

/** Ids of all drafts that a form offered. */
export function draftIdsOf(fields: FormFields): string[] {
  return [...new Set(all(fields.draft))].slice(0, MOST_DRAFTS);
}

/**
 * The request that starts a typed test. `owner`: the signed-in user, who declares what the form declares; null without
 * tokens. @throws ApiProblem that names each wrong field in words of the form
 */
export function requestOf(typed: TypedTest, owner: string | null, drafts: DraftsToTest): NewExperiment {
  const days = Number(typed.horizonDays);
  const ads = [
    ...typed.ads.filter(({ adId }) => adId === typed.controlAdId),
    ...typed.ads.filter(({ adId }) => adId !== typed.controlAdId),
  ];
  const chosen = ads.map(({ draftId }) => drafts.find(({ id }) => id === draftId) ?? null);
  if (ads.some(({ draftId }, place) => draftId !== '' && chosen[place] === null))
    throw new ApiProblem('invalid_request', 'A draft that was chosen is not known: choose again.');
  const parsed = newExperimentBody(false).safeParse({
    id: typed.id,
    name: typed.name,
    variants: ads.map(({ adId, headline, text }, place) => ({
      role: adId === typed.controlAdId ? 'control' : 'challenger',
      ad_id: adId,
      // The draft has the texts.
      ...(chosen[place] === null && { creative: { headline: orNull(headline), text: orNull(text) } }),
    })),
    policy: {
      objective: typed.objective,
      conversion_event: typed.event.trim(),
      horizon_hours: typed.horizonDays.trim() === '' ? Number.NaN : days * 24,
      approval_required: typed.approval,
      ...(typed.extendable && { rule: 'anytime' }),
    },
    ...(typed.counts && {
      earlier_delivery: {
        count: true,
        planned: true,
        reason: typed.countsBecause,
        by: owner ?? typed.declaredBy,
      },
    }),
  });
  if (parsed.success) {
    const made = chosen.some((draft) => draft !== null) ? chosen : undefined;
    return registrationOf(parsed.data, (by) => by ?? '', made);
  }
  const errors = parsed.error.issues.map(({ path, message }) => ({
    field: path.map(String).join('.'),
    message: path.includes('horizon_hours') ? 'must be from 2 to 90 days' : message,
  }));
  const named = errors.map(({ field, message }) => ({ field: FIELD_NAMES[field] ?? field, message }));
  throw new ApiProblem('invalid_request', sentencesOf(named), { errors });
}

const FIELD_NAMES: Record<string, string> = {
  name: 'The name',
  'policy.objective': 'The objective',
  'policy.conversion_event': 'The conversion',
  'policy.horizon_hours': 'The planned duration',
  'earlier_delivery.reason': 'The reason why delivery before the handover counts',
  'earlier_delivery.by': 'The name of who declares that the test was planned',
};

export function isObjective(value: string): value is Objective {
  return OBJECTIVES.some((one) => one === value);
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}

function one(value: FormFields[string] | undefined): string {
  const first = Array.isArray(value) ? value[0] : value;
  // Browsers send line ends as two characters.
  return typeof first === 'string' ? first.replaceAll('\r\n', '\n') : '';
}

function all(value: FormFields[string] | undefined): string[] {
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.filter((each) => typeof each === 'string');
}
