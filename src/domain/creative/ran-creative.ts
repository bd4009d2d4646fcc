/** What an ad showed when its test began. */
import type { Creative } from '../experiment.js';

/** The form in which Meta gave the creative. */
export const CREATIVE_FORMS = ['object_story_spec', 'asset_feed_spec', 'page_post', 'fields'] as const;
export type CreativeForm = (typeof CREATIVE_FORMS)[number];

/** Types of pictures that are stored. */
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
  creative: Creative,
  ran: RanCreative | null,
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
