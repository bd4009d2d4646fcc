/** MPNet's buckets of distances (T5's, with 32 buckets up to a distance of 128; half of them per direction). */

const HALF = 16;
const EXACT = HALF / 2;
const FARTHEST = 128;

/** The bucket of each pair of places, row by row: from the place of the query to that of the key. */
export function positionBuckets(tokens: number): number[] {
  const places = Array.from({ length: tokens }, (_, place) => place);
  return places.flatMap((query) => places.map((key) => bucketOf(query - key)));
}

function bucketOf(distance: number): number {
  const side = distance < 0 ? HALF : 0;
  const size = Math.abs(distance);
  if (size < EXACT) return side + size;
  const share = Math.log(size / EXACT) / Math.log(FARTHEST / EXACT);
  return side + Math.min(HALF - 1, EXACT + Math.floor(share * (HALF - EXACT)));
}
