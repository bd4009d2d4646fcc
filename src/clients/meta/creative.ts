import type { CreativeForm, RanPicture } from '../../domain/creative/ran-creative.js';
import type { FieldReader } from './field-reader.js';

/** What a list of many ads asks of each creative. */
export const BRIEF_CREATIVE =
  'creative{id,title,body,call_to_action_type,thumbnail_url,image_url,object_story_spec}' as const;
/** All forms. An `asset_feed_spec` may be large, and a post is a read of its own. */
export const WHOLE_CREATIVE =
  'creative{id,title,body,call_to_action_type,link_url,video_id,thumbnail_url,image_url,object_story_spec,asset_feed_spec,effective_object_story_id}' as const;
export const POST_FIELDS = [
  'id',
  'message',
  'full_picture',
  'call_to_action',
  'attachments{title,description,media_type,unshimmed_url,subattachments}',
] as const;

/** What an ad shows, as one of Meta's forms has it. Texts that are absent or empty are null. */
export interface AdContent {
  form: Exclude<CreativeForm, 'unread'>;
  title: string | null;
  body: string | null;
  description: string | null;
  /** Meta's name of the button, e.g. `SHOP_NOW`. */
  callToAction: string | null;
  link: string | null;
  pictureKind: RanPicture['kind'];
  /** The addresses of its picture, the best first. */
  pictureUrls: string[];
  /** There are several cards, texts or pictures: this is the first of each. */
  isFirstOfSeveral: boolean;
  /** The page's post that holds the texts; null if the creative does. */
  postId: string | null;
}

/** A part of a creative that says something: its own fields, a post, a card, an asset feed. */
type Part = Partial<
  Record<'title' | 'body' | 'description' | 'callToAction' | 'link' | 'picture', string | null>
>;

/** From an ad, read with {@link BRIEF_CREATIVE} or {@link WHOLE_CREATIVE}. Fields that were not read count as absent. */
export function contentOf(ad: FieldReader): AdContent {
  const creative = ad.object('creative');
  const story = creative?.object('object_story_spec');
  const feed = feedOf(creative?.object('asset_feed_spec'));
  const link = story?.object('link_data') ?? story?.object('template_data');
  const video = story?.object('video_data');
  const photo = story?.object('photo_data');
  const cards = link?.list('child_attachments') ?? [];
  const own: Part = {
    title: text(creative, 'title'),
    body: text(creative, 'body'),
    callToAction: text(creative, 'call_to_action_type'),
    link: text(creative, 'link_url'),
    picture: text(creative, 'image_url'),
  };
  const parts = [own, linkOf(cards[0]), linkOf(link), videoOf(video), photoOf(photo), feed?.part ?? {}];
  const isStory = Boolean(link || video || photo || story?.object('text_data'));
  const postId = feed || isStory ? null : text(creative, 'effective_object_story_id');
  const hasVideo = Boolean(video) || feed?.hasVideo || text(creative, 'video_id') !== null;
  return {
    ...joined(parts),
    body: first(parts, 'body') ?? text(story?.object('text_data'), 'message'),
    form: feed ? 'asset_feed_spec' : isStory ? 'object_story_spec' : postId ? 'page_post' : 'fields',
    pictureKind: hasVideo ? 'video_thumbnail' : 'image',
    // A thumbnail is small.
    pictureUrls: unique([...parts.map(({ picture }) => picture), text(creative, 'thumbnail_url')]),
    isFirstOfSeveral: cards.length > 1 || (feed?.isSeveral ?? false),
    postId,
  };
}

/** The content with what the page's post says, which was read with {@link POST_FIELDS}. */
export function withPost(content: AdContent, post: FieldReader): AdContent {
  const [attachment] = post.object('attachments')?.list('data') ?? [];
  const cards = attachment?.object('subattachments')?.list('data') ?? [];
  const shown = cards[0] ?? attachment;
  const button = post.object('call_to_action');
  const said: Part = {
    title: text(shown, 'title') ?? text(attachment, 'title'),
    body: text(post, 'message'),
    description: text(shown, 'description') ?? text(attachment, 'description'),
    callToAction: text(button, 'type'),
    link: text(shown, 'unshimmed_url') ?? text(button?.object('value'), 'link'),
    picture: text(post, 'full_picture'),
  };
  const isVideo = text(attachment, 'media_type') === 'video';
  return {
    ...content,
    ...joined([content, said]),
    pictureKind: isVideo ? 'video_thumbnail' : content.pictureKind,
    pictureUrls: unique([said.picture, ...content.pictureUrls]),
    isFirstOfSeveral: content.isFirstOfSeveral || cards.length > 1,
  };
}

/** Of a link, of a catalogue's template or of one card. */
function linkOf(link: FieldReader | null | undefined): Part {
  const button = link?.object('call_to_action');
  return {
    title: text(link, 'name'),
    body: text(link, 'message'),
    description: text(link, 'description'),
    callToAction: text(button, 'type'),
    link: text(link, 'link') ?? text(button?.object('value'), 'link'),
    picture: text(link, 'picture'),
  };
}

function videoOf(video: FieldReader | null | undefined): Part {
  const button = video?.object('call_to_action');
  return {
    title: text(video, 'title'),
    body: text(video, 'message'),
    description: text(video, 'link_description'),
    callToAction: text(button, 'type'),
    link: text(button?.object('value'), 'link'),
    picture: text(video, 'image_url'),
  };
}

function photoOf(photo: FieldReader | null | undefined): Part {
  return { body: text(photo, 'caption'), picture: text(photo, 'url') };
}

/** The first of each kind of asset; null if the feed has none. */
function feedOf(feed: FieldReader | null | undefined) {
  const lists = ['titles', 'bodies', 'descriptions', 'link_urls', 'images', 'videos'] as const;
  const [titles, bodies, descriptions, links, images, videos] = lists.map((name) => feed?.list(name) ?? []);
  const buttons = (feed?.plainList('call_to_action_types') ?? []).filter(
    (one) => typeof one === 'string' && /^\w+$/.test(one),
  ) as string[];
  const all = [titles!, bodies!, descriptions!, links!, buttons, [...images!, ...videos!]];
  if (all.every(({ length }) => length === 0)) return null;
  const part: Part = {
    title: text(titles![0], 'text'),
    body: text(bodies![0], 'text'),
    description: text(descriptions![0], 'text'),
    callToAction: buttons[0] ?? null,
    link: text(links![0], 'website_url'),
    picture: text(images![0], 'url') ?? text(videos![0], 'thumbnail_url'),
  };
  return {
    part,
    hasVideo: images!.length === 0 && videos!.length > 0,
    isSeveral: all.some(({ length }) => length > 1),
  };
}

function joined(parts: readonly Part[]) {
  return {
    title: first(parts, 'title'),
    body: first(parts, 'body'),
    description: first(parts, 'description'),
    callToAction: first(parts, 'callToAction'),
    link: first(parts, 'link'),
  };
}

function first(parts: readonly Part[], field: keyof Part): string | null {
  return parts.map((part) => part[field]).find((value) => value) ?? null;
}

function unique(urls: readonly (string | null | undefined)[]): string[] {
  return [...new Set(urls.filter((url) => typeof url === 'string'))];
}

/** Without what no record can hold: NUL and halves of characters. */
function text(fields: FieldReader | null | undefined, name: string): string | null {
  return (
    fields
      ?.optionalText(name)
      ?.replace(/\0/g, '')
      .replace(/\p{Surrogate}/gu, '\ufffd') || null
  );
}
