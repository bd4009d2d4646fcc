/** The address of a stored picture in this API. */
export function picturePath(hash: string): string {
  return `/api/ab/pictures/${hash}`;
}
