/** Fills a new folder by `fill(folder)` and moves it to `home`. Only for the holder of the set-up lock. */
export function intoPlace(home: string, fill: (folder: string) => Promise<void>): Promise<void>;
/** @throws Error if the file has another SHA-256 hash. */
export function checkHash(file: string, sha256: string): Promise<void>;
/**
 * Downloads a file and checks its hash. @throws Error if there is no answer within `answerMs` (5 s), the download takes
 * longer than `limitMs`, or the hash differs.
 */
export function download(
  url: string,
  file: string,
  options: { sha256: string; limitMs: number; answerMs?: number },
): Promise<void>;
