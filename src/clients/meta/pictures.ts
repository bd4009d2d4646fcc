import type { PictureAddresses } from './account-ads.js';
import { loadFirst } from './picture.js';
import type { Picture } from './types.js';

/** Real ms from the first to the last byte. */
const PICTURE_TIMEOUT_MS = 5_000;
const MOST_ADDRESSES = 20_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** Meta's addresses of pictures expire after days. Real ms. */
const FRESH_MS = 3_600_000;

/**
 * The pictures of an account's ads. It loads only addresses that Meta gave for an ad, and keeps what it has loaded for an
 * hour, up to 32 MB, so that a page with many pictures costs Meta few calls.
 */
export class Pictures {
  readonly #addresses = new Map<string, { urls: string[]; at: number }>();
  readonly #loaded = new Map<string, { picture: Picture; at: number }>();
  #bytes = 0;

  constructor(
    readonly trustedOrigin: string,
    /** Asks Meta for the addresses of one ad. */
    readonly ask: (adId: string) => Promise<string[]>,
    readonly timeoutMs: number = PICTURE_TIMEOUT_MS,
  ) {}

  /** Keeps the addresses that came with a list of ads. */
  note(pictures: readonly PictureAddresses[]): void {
    for (const { adId, urls } of pictures) this.#note(adId, urls);
  }

  /** Null if Meta has no picture of the ad. @throws MetaError */
  async get(adId: string): Promise<Picture | null> {
    const now = performance.now();
    const kept = this.#loaded.get(adId);
    if (kept && now - kept.at < FRESH_MS) return kept.picture;
    const noted = this.#addresses.get(adId);
    const urls = noted && now - noted.at < FRESH_MS ? noted.urls : await this.ask(adId);
    this.#note(adId, urls);
    if (urls.length === 0) return null;
    try {
      const picture = await loadFirst(urls, this);
      this.#keep(adId, picture);
      return picture;
    } catch (error) {
      // The addresses may have expired: the next request asks Meta again.
      this.#addresses.delete(adId);
      throw error;
    }
  }

  #note(adId: string, urls: string[]): void {
    if (this.#addresses.size >= MOST_ADDRESSES) this.#addresses.clear();
    this.#addresses.set(adId, { urls, at: performance.now() });
  }

  #keep(adId: string, picture: Picture): void {
    this.#forget(adId);
    this.#loaded.set(adId, { picture, at: performance.now() });
    this.#bytes += picture.bytes.length;
    for (const oldest of this.#loaded.keys()) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#forget(oldest);
    }
  }

  #forget(adId: string): void {
    const kept = this.#loaded.get(adId);
    if (!kept) return;
    this.#bytes -= kept.picture.bytes.length;
    this.#loaded.delete(adId);
  }
}
