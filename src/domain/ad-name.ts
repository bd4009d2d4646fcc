/** How sentences and pages name an ad: the marketer knows its headline, not the id of its variant. */

export interface NamedAd {
  id: string;
  /** Sentences about amounts know only the ad set. */
  adSetId?: string;
  creative: { headline: string | null };
}

/** A longer headline is cut: a sentence stays readable. */
const LONGEST = 60;

/** `“Summer sale” (challenger-1)`; the id alone if the ad has no headline, or if there is no such ad. */
export function adName(ads: readonly NamedAd[], id: string): string {
  const headline = headlineOf(ads, id);
  return headline === null ? id : `“${headline}” (${id})`;
}

/** `“Summer sale”`, for an ad that was named in full before; with its id too if another ad has the same headline. */
export function shortAdName(ads: readonly NamedAd[], id: string): string {
  const headline = headlineOf(ads, id);
  const isShared = ads.some((ad) => ad.id !== id && headlineOf(ads, ad.id) === headline);
  return headline === null || isShared ? adName(ads, id) : `“${headline}”`;
}

/** An ad set by the headline of its ad; `ad set 123` if its ad has none. */
export function adSetName(ads: readonly NamedAd[], adSetId: string): string {
  const ad = ads.find((each) => each.adSetId === adSetId);
  return ad && headlineOf(ads, ad.id) !== null ? shortAdName(ads, ad.id) : `ad set ${adSetId}`;
}

function headlineOf(ads: readonly NamedAd[], id: string): string | null {
  const written = ads
    .find((ad) => ad.id === id)
    ?.creative.headline?.replaceAll(/\s+/g, ' ')
    .trim();
  const headline = written && inQuotes(written);
  if (!headline) return null;
  const letters = [...headline];
  return letters.length > LONGEST
    ? `${letters
        .slice(0, LONGEST - 1)
        .join('')
        .trimEnd()}…`
    : headline;
}

/** A name stands in quotation marks: those around the whole headline are left out, those within it become single ones. */
function inQuotes(headline: string): string {
  const bare = /^["“”„][^"“”„]*["“”]$/.test(headline) ? headline.slice(1, -1).trim() : headline;
  return bare.replaceAll(/(^|\s)"|[“„]/g, '$1‘').replaceAll(/["”]/g, '’');
}
