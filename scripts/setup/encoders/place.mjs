// Files and folders that are checked and then moved into place, so that what is there is complete.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const ANSWER_MS = 5_000;

/** Fills a new folder by `fill(folder)` and moves it to `home`. Only for the holder of the set-up lock. */
export async function intoPlace(home, fill) {
  const parent = path.dirname(home);
  await mkdir(parent, { recursive: true });
  // A set-up that was killed could not remove its half.
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${path.basename(home)}.half-`))
      await rm(path.join(parent, name), { recursive: true });
  }
  const half = await mkdtemp(`${home}.half-`);
  try {
    await fill(half);
    await rm(home, { recursive: true, force: true });
    await rename(half, home);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** @throws Error if the file has another SHA-256 hash. */
export async function checkHash(file, sha256) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`${path.basename(file)} has the SHA-256 ${found}, not ${sha256}`);
}

/**
 * Downloads a file and checks its hash. @throws Error if there is no answer within `answerMs` (5 s), the download takes
 * longer than `limitMs`, or the hash differs.
 */
export async function download(url, file, { sha256, limitMs, answerMs = ANSWER_MS }) {
  const { host } = new URL(url);
  const stop = new AbortController();
  const stopAfter = (ms) => setTimeout(() => stop.abort(new Error(`not done within ${ms / 1000} s`)), ms);
  let limit = stopAfter(answerMs);
  try {
    const answer = await fetch(url, { signal: stop.signal });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    clearTimeout(limit);
    limit = stopAfter(limitMs);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(file), { signal: stop.signal });
  } catch (error) {
    const cause = stop.signal.aborted ? stop.signal.reason : (error.cause ?? error);
    throw new Error(`${host}: ${cause.code ?? cause.message}`);
  } finally {
    clearTimeout(limit);
  }
  await checkHash(file, sha256);
}
