/** What an ad showed when its test began. */
import type { Creative, Experiment } from '../experiment.js';

/** The form in which Meta gave the creative; `unread`: Meta gave none, and `problem` says why. */
export const CREATIVE_FORMS = [
  'object_story_spec',
  'asset_feed_spec',
  'page_post',
  'fields',
  'unread',
] as const;
export type CreativeForm = (typeof CREATIVE_FORMS)[number];

/** Types of pictures that are stored and shown. They hold no program: an SVG may. */
export const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** The picture of an ad, or the first frame of its video. */
export interface RanPicture {
  kind: 'image' | 'video_thumbnail';
  /** SHA-256 of its bytes, hex, under which it is stored; null if it couldn't be read. */
  hash: string | null;
  /** Why it couldn't be read, in a sentence; null if it was. */
  problem: string | null;
}

/** As Meta gave it, read once when the test was created. Fields that the ad lacks are null. */
export interface RanCreative {
  form: CreativeForm;
  title: string | null;
  body: string | null;
  description: string | null;
  /** Meta's name of the button, e.g. `SHOP_NOW`. */
  callToAction: string | null;
  link: string | null;
  picture: RanPicture | null;
  /** The ad shows one of several texts or pictures, or several cards: this is the first of each. */
  isFirstOfSeveral?: true;
  /** Why something that the ad showed is missing here, in a sentence; absent if nothing is known to be. */
  problem?: string;
  /** Epoch ms of experiment time. */
  readAt: number;
}

/** A picture that was stored by its hash. */
export interface StoredPicture {
  type: PictureType;
  bytes: Uint8Array;
}

/** The texts of a creative by the name that people and claims use for them. */
export const CREATIVE_FIELDS = [
  'hook',
  'headline',
  'text',
  'description',
  'call_to_action',
  'script',
] as const;
export type CreativeField = (typeof CREATIVE_FIELDS)[number];

/** The texts that an ad showed, as far as they are known: what the marketer wrote, and what only Meta knew. */
export function fieldsOf(
  creative: Pick<Creative, 'hook' | 'headline' | 'text' | 'script'>,
  ran: Pick<RanCreative, 'title' | 'body' | 'description' | 'callToAction'> | null,
): Partial<Record<CreativeField, string>> {
  const fields: Record<CreativeField, string | null> = {
    hook: creative.hook,
    headline: ran?.title ?? creative.headline,
    text: ran?.body ?? creative.text,
    description: ran?.description ?? null,
    call_to_action: ran?.callToAction ?? null,
    script: creative.script,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== null && text.trim() !== ''));
}

/**
 * The creative as the ad showed it, for all that is learned from it: what the marketer wrote, and from Meta what the marketer
 * left out. The one place that puts both together.
 */
export function creativeAsRun(creative: Creative, ran: RanCreative | null): Creative {
  if (ran === null) return creative;
  return {
    ...creative,
    headline: said(creative.headline) ?? said(ran.title),
    text: said(creative.text) ?? withoutHook(said(ran.body), said(creative.hook)),
  };
}

/** The experiment with each creative as it ran. */
export function asRun<E extends Pick<Experiment, 'variants'>>(
  experiment: E,
  ran: ReadonlyMap<string, RanCreative>,
): E {
  const variants = experiment.variants.map((variant) => ({
    ...variant,
    creative: creativeAsRun(variant.creative, ran.get(variant.id) ?? null),
  }));
  return { ...experiment, variants };
}

function said(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

/** Marketers name the beginning of the body as the hook: it must not count twice. */
function withoutHook(body: string | null, hook: string | null): string | null {
  if (body === null || hook === null || !body.trimStart().startsWith(hook.trim())) return body;
  return said(body.trimStart().slice(hook.trim().length).trimStart());
}
