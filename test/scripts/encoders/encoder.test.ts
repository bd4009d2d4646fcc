import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelInCache, onnxRuntimeInCache } from '../../../src/clients/encoder/files.mjs';

const PROGRAM = fileURLToPath(new URL('../../../scripts/encoder.mjs', import.meta.url));
const NO_NETWORK = `data:text/javascript,${encodeURIComponent(
  "globalThis.fetch = async () => { throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ENOTFOUND' } }); };",
)}`;

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-encoder-'));
  cache = path.join(folder, 'auto-promotion');
  for (const name of ['npm', 'mvn', 'python3']) {
    await writeFile(path.join(folder, name), `#!/bin/sh\necho "error: ${name} has no network" >&2; exit 1\n`);
    await chmod(path.join(folder, name), 0o755);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const env = {
    PATH: `${folder}${path.delimiter}/usr/bin${path.delimiter}/bin`,
    HOME: folder,
    XDG_CACHE_HOME: folder,
  };
  const { status, stderr } = spawnSync(process.execPath, ['--import', NO_NETWORK, PROGRAM, ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, lines: stderr.trim().split('\n') };
}
async function put(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '');
}

test.each([[[]], [['use-lite']], [['minilm', 'mpnet']], [['toString']]])(
  '%j is answered with the usage',
  (args) => {
    expect(run(...args)).toEqual({
      status: 1,
      lines: ['set-up: usage: npm run encoder -- minilm|mpnet'],
    });
  },
);

test('without the runtime, the reason', () => {
  const { status, lines } = run('minilm');
  expect(status).toBe(1);
  expect(lines.slice(1)).toEqual([
    'set-up: onnxruntime-node 1.30.0 could not be set up',
    'set-up:   onnxruntime-node 1.30.0: npm ci in tools/encoders: npm ended with exit code 1: error: npm has no network',
  ]);
});

test.each([
  ['minilm', ['huggingface.co: ENOTFOUND', 'error: mvn has no network']],
  ['mpnet', ['huggingface.co: ENOTFOUND', 'error: python3 has no network']],
] as const)('if no way works, %s says why each failed, and leaves nothing', async (name, reasons) => {
  await put(onnxRuntimeInCache(cache).package);
  const { status, lines } = run(name);
  expect(status).toBe(1);
  expect(lines.slice(-3)).toEqual([
    expect.stringContaining('could not be set up'),
    ...reasons.map((reason) => expect.stringContaining(reason)),
  ]);
  expect(await readdir(cache)).toEqual(['onnxruntime-1.30.0']);
});

test('what is there is not fetched again', async () => {
  const { model, vocabulary } = modelInCache(cache, 'mpnet');
  for (const file of [onnxRuntimeInCache(cache).package, model, vocabulary]) await put(file);
  expect(run('mpnet')).toEqual({ status: 0, lines: [`set-up: the encoder mpnet is in ${cache}`] });
});
