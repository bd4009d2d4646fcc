import { type AdContent, contentOf, POST_FIELDS, WHOLE_CREATIVE, withPost } from './creative.js';
import { loadFirst, PictureFailure, type PictureLoading } from './picture.js';
import type { Sdk } from './sdk.js';
import { MetaError, type ReadCreative } from './types.js';

/** Real ms per address of the picture, from the first to the last byte. */
export const PICTURE_TIMEOUT_MS = 10_000;
/** Meta's answers for a post after which no other try helps: most tokens lack the permission to read the page. */
const REFUSED: readonly MetaError['kind'][] = ['permission', 'not_found', 'invalid', 'policy', 'version'];

/** What the ad shows, with its picture. @throws MetaError if Meta doesn't give the ad, or fails to give its post for now */
export async function readCreative(sdk: Sdk, adId: string, loading: PictureLoading): Promise<ReadCreative> {
  const { content, problem } = await readContent(sdk, adId);
  const { form, title, body, description, callToAction, link, isFirstOfSeveral } = content;
  return {
    creative: {
      ...{ form, title, body, description, callToAction, link },
      ...(isFirstOfSeveral && { isFirstOfSeveral: true }),
      ...(problem !== null && { problem }),
    },
    picture: await readPicture(content, loading),
  };
}

async function readContent(sdk: Sdk, adId: string): Promise<{ content: AdContent; problem: string | null }> {
  const content = contentOf(await sdk.read('ad', adId, ['id', WHOLE_CREATIVE]));
  if (content.postId === null) return { content, problem: null };
  try {
    const post = await sdk.read('post', content.postId, POST_FIELDS);
    return { content: withPost(content, post), problem: null };
  } catch (error) {
    if (!(error instanceof MetaError) || !REFUSED.includes(error.kind)) throw error;
    const problem = `The ad shows a post of a page, which Meta does not give to this token: ${error.message.replace(/\.?$/, '.')}`;
    return { content, problem };
  }
}

async function readPicture(
  { pictureKind: kind, pictureUrls }: AdContent,
  loading: PictureLoading,
): Promise<ReadCreative['picture']> {
  if (pictureUrls.length === 0) return null;
  try {
    const loaded = await loadFirst(pictureUrls, loading);
    return { kind, loaded, problem: null, isPassing: false };
  } catch (error) {
    if (!(error instanceof PictureFailure)) throw error;
    return { kind, loaded: null, problem: error.message, isPassing: error.isPassing };
  }
}
