import { z } from 'zod';
import { PICTURE_KINDS } from './picture.js';

/**
 * What ads show, in each form in which Meta keeps it: fields of the creative itself, the specification of a link, a video, a
 * photo, a carousel or a catalogue's template, a feed of assets, or a page's post.
 */
export const MARKET_FORMS = [
  'fields',
  'link',
  'video',
  'photo',
  'carousel',
  'template',
  'asset_feed',
  'page_post',
] as const;
export type MarketForm = (typeof MARKET_FORMS)[number];

/** What an ad shows, as requests give it. */
export const creativeBody = z.strictObject({
  title: z.string(),
  body: z.string(),
  callToAction: z.string(),
  description: z.string().optional(),
  link: z.string().optional(),
  form: z.enum(MARKET_FORMS).optional(),
  picture: z.enum(PICTURE_KINDS).optional(),
});
