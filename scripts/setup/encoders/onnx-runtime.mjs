// onnxruntime-node, which runs the encoders minilm and mpnet. Its own set-up script wants to download what its package holds.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { copyFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ONNX_RUNTIME_VERSION, onnxRuntimeInCache } from '../../../src/clients/encoder/files.mjs';
import { firstThatWorks, NoWay, run } from '../steps.mjs';
import { intoPlace } from './place.mjs';

const WHAT = `onnxruntime-node ${ONNX_RUNTIME_VERSION}`;
const ASK_AGAIN_MS = 24 * 3_600_000;

export function onnxRuntimeIsThere(cache) {
  return existsSync(onnxRuntimeInCache(cache).package);
}

/** Why there is none, if that was found out less than a day ago. */
export function whyNoOnnxRuntime(cache) {
  try {
    const { absent } = onnxRuntimeInCache(cache);
    if (Date.now() - statSync(absent).mtimeMs > ASK_AGAIN_MS) return undefined;
    return readFileSync(absent, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @throws NoWay if it can't be installed. */
export async function setUpOnnxRuntime(cache, root) {
  const { root: home, absent } = onnxRuntimeInCache(cache);
  const failures = await firstThatWorks(WHAT, [
    {
      name: 'npm ci in tools/encoders',
      estimate: 'about 5 s',
      go: () => intoPlace(home, (half) => install(path.join(root, 'tools', 'encoders'), half)),
    },
  ]);
  await rm(absent, { force: true });
  return failures;
}

/** As a step of the set-up for tests: if there is none, the tests of these encoders are left out. */
export async function setUpOnnxRuntimeForTests(cache, root) {
  try {
    return await setUpOnnxRuntime(cache, root);
  } catch (error) {
    if (!(error instanceof NoWay)) throw error;
    await writeFile(onnxRuntimeInCache(cache).absent, `${error.failures[0]}\n`);
    return error.failures;
  }
}

async function install(tools, half) {
  for (const file of ['package.json', 'package-lock.json']) {
    await copyFile(path.join(tools, file), path.join(half, file));
  }
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['ci', ...options], { cwd: half, limitMs: 300_000, saying: 'npm ci' });
  await keepThisMachine(path.join(half, 'node_modules', 'onnxruntime-node', 'bin'));
  await run(process.execPath, ['--eval', "require('onnxruntime-node')"], { cwd: half, limitMs: 20_000 });
}

/** The package holds the programs of all systems: 240 of its 288 MB are for others. */
async function keepThisMachine(bin) {
  for (const version of await readdir(bin)) {
    for (const platform of await readdir(path.join(bin, version))) {
      const folder = path.join(bin, version, platform);
      for (const architecture of await readdir(folder)) {
        if (platform === process.platform && architecture === process.arch) continue;
        await rm(path.join(folder, architecture), { recursive: true });
      }
    }
  }
}
