// Temporal's own download service, which its SDKs also use: it names the archive and the file in it.
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './steps.mjs';

const SERVICE = 'https://temporal.download';
const ANSWER_MS = 5_000;
const ARCHIVE_MS = 180_000;
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** `artifact`: `cli` or `temporal-test-server`. `works(file)` throws if the program doesn't run. */
export async function downloadFromVendor(artifact, version, file, works) {
  const query = new URLSearchParams({
    arch: ARCHITECTURES[process.arch] ?? process.arch,
    platform: process.platform,
    format: 'tar.gz',
  });
  const info = await (await get(`${SERVICE}/${artifact}/v${version}?${query}`, ANSWER_MS)).json();
  await mkdir(path.dirname(path.dirname(file)), { recursive: true });
  const folder = await mkdtemp(`${path.dirname(file)}.`);
  try {
    const archive = path.join(folder, 'archive.tar.gz');
    const answer = await get(info.archiveUrl, ARCHIVE_MS);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive));
    await run('tar', ['-xzf', archive, '-C', folder, info.fileToExtract]);
    const program = path.join(folder, info.fileToExtract);
    await chmod(program, 0o755);
    await works(program);
    await mkdir(path.dirname(file), { recursive: true });
    await rename(program, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function get(url, limitMs) {
  let answer;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  } catch (error) {
    const why = error.name === 'TimeoutError' ? `no answer within ${limitMs / 1000} s` : reasonOf(error);
    throw new Error(`${new URL(url).host}: ${why}`);
  }
  if (!answer.ok) throw new Error(`${new URL(url).host}: HTTP ${answer.status}`);
  return answer;
}

function reasonOf(error) {
  return error.cause?.code ?? error.cause?.message ?? error.message;
}
