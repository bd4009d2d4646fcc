import type { MarketForm } from './creative-forms.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { MarketObject } from './objects.js';
import { PICTURE_PATH } from './picture.js';
import { type GraphRequest, listParam } from './request.js';
import type { MarketCreative } from './types.js';
import type { World } from './world.js';

/** The market's page, which has made all posts. */
const PAGE_ID = '1205000000000001';
/** Without it, Meta gives no post of a page. */
const POST_PERMISSION = 'pages_read_engagement';
const FALLBACK_LINK = 'https://shop.example/';

/** One ad with its creative at an instant. */
interface Shown {
  creativeId: string;
  name: string;
  /** Null: the title is the ad's name, and there is no text. */
  creative: MarketCreative | null;
  form: MarketForm;
  picture: string;
}

type Reader = (shown: Shown) => unknown;

/** Fields of an ad's creative. Undefined: Graph leaves the field out. */
const CREATIVE_FIELDS: Record<string, Reader> = {
  id: ({ creativeId }) => creativeId,
  name: ({ name }) => name,
  title: ({ creative, form, name }) => (form === 'fields' ? (creative?.title ?? name) : undefined),
  body: ({ creative, form }) => (form === 'fields' ? creative?.body : undefined),
  call_to_action_type: ({ creative, form }) => (form === 'fields' ? creative?.callToAction : undefined),
  link_url: ({ creative, form }) => (form === 'fields' ? creative?.link : undefined),
  video_id: ({ creativeId, form }) => (form === 'video' ? creativeId : undefined),
  thumbnail_url: ({ picture }) => picture,
  image_url: ({ picture, form }) => (form === 'fields' ? picture : undefined),
  object_story_spec: storyOf,
  asset_feed_spec: ({ creative, form, picture }) =>
    creative && form === 'asset_feed' ? feedOf(creative, picture) : undefined,
  effective_object_story_id: ({ creativeId, form }) =>
    form === 'page_post' ? postIdOf(creativeId) : undefined,
};

function storyOf({ creativeId, creative, form, picture }: Shown): unknown {
  if (!creative || form === 'fields' || form === 'page_post') return undefined;
  const page = { page_id: PAGE_ID };
  const { title: name, body: message, description, link = FALLBACK_LINK } = creative;
  const call_to_action = { type: creative.callToAction, value: { link } };
  switch (form) {
    case 'link':
      return { ...page, link_data: { link, message, name, description, picture, call_to_action } };
    case 'template':
      return { ...page, template_data: { link, message, name, description, call_to_action } };
    case 'video':
      return {
        ...page,
        video_data: {
          video_id: creativeId,
          ...{ title: name, message, link_description: description, image_url: picture, call_to_action },
        },
      };
    case 'photo':
      return { ...page, photo_data: { caption: message, url: picture } };
    case 'carousel': {
      const card = { link, name, description, picture, call_to_action };
      const cards = [card, { ...card, name: `${name} (second card)` }];
      return { ...page, link_data: { link, message, child_attachments: cards } };
    }
    case 'asset_feed':
      return page;
  }
}

function feedOf({ title, body, description, callToAction, link }: MarketCreative, picture: string): object {
  return {
    titles: [{ text: title }, { text: `${title} (second title)` }],
    bodies: [{ text: body }],
    descriptions: description === undefined ? [] : [{ text: description }],
    link_urls: [{ website_url: link ?? FALLBACK_LINK }],
    call_to_action_types: [callToAction],
    images: [{ hash: '0'.repeat(32), url: picture }],
    ad_formats: ['SINGLE_IMAGE'],
  };
}

/** Fields of a page's post. */
const POST_FIELDS: Record<string, Reader> = {
  id: ({ creativeId }) => postIdOf(creativeId),
  message: ({ creative }) => creative?.body,
  full_picture: ({ picture }) => picture,
  call_to_action: ({ creative }) =>
    creative && { type: creative.callToAction, value: { link: creative.link ?? FALLBACK_LINK } },
  attachments: ({ creative }) => ({
    data: [
      {
        title: creative?.title,
        description: creative?.description,
        media_type: 'link',
        unshimmed_url: creative?.link ?? FALLBACK_LINK,
      },
    ],
  }),
};

function postIdOf(creativeId: string): string {
  return `${PAGE_ID}_${creativeId}`;
}

function shownBy(ad: MarketObject, at: number, origin: string): Shown {
  const creative = ad.get('creative', at) as MarketCreative | null;
  const creativeId = ad.text('creative_id', at);
  const { form = 'fields', picture = 'drawn' } = creative ?? {};
  return {
    ...{ creativeId, name: ad.text('name', at), creative, form },
    picture: `${origin}${PICTURE_PATH}/${picture}/${creativeId}.png`,
  };
}

/** The selected fields of an ad's creative and its id. Throws Graph's error for a field that creatives don't have. */
export function readCreative(
  ad: MarketObject,
  selected: string[],
  at: number,
  origin: string,
): Record<string, unknown> {
  return readFields(CREATIVE_FIELDS, 'AdCreative', ['id', ...selected], shownBy(ad, at, origin));
}

/** The post of this id for a token with these permissions; null if there is none. Throws Graph's error if it may not be read. */
export function readPost(
  world: World,
  { path, params }: GraphRequest,
  scopes: readonly string[],
  at: number,
  origin: string,
): Record<string, unknown> | null {
  const [page, creativeId] = (path[0] ?? '').split('_');
  if (page !== PAGE_ID || creativeId === undefined) return null;
  const ad = world.accountNode
    .descendants('ad')
    .find((one) => one.createdAt <= at && one.text('creative_id', at) === creativeId);
  const shown = ad && shownBy(ad, at, origin);
  if (shown?.form !== 'page_post') return null;
  if (!scopes.includes(POST_PERMISSION))
    throw new GraphError(`(#10) This endpoint requires the '${POST_PERMISSION}' permission`, 10, null, {
      status: 403,
    });
  return readFields(POST_FIELDS, 'PagePost', ['id', ...listParam(params.fields)], shown);
}

function readFields(
  readers: Record<string, Reader>,
  type: string,
  fields: string[],
  shown: Shown,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const reader = Object.hasOwn(readers, field) ? readers[field] : undefined;
      if (!reader)
        throw invalidParameter(`Tried accessing nonexisting field (${field}) on node type (${type})`);
      return [field, reader(shown)];
    }),
  );
}
