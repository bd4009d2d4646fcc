// Fetches an encoder into the cache folder: `npm run encoder -- minilm|mpnet`. It can be repeated, and interrupted.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { thisMachine } from '../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../src/sandbox/programs/locations.mjs';
import { minilmIsThere, setUpMinilm } from './setup/encoders/minilm.mjs';
import { mpnetIsThere, setUpMpnet } from './setup/encoders/mpnet.mjs';
import { onnxRuntimeIsThere, setUpOnnxRuntime } from './setup/encoders/onnx-runtime.mjs';
import { withSetupLock } from './setup/lock.mjs';
import { NoWay, say } from './setup/steps.mjs';

const ENCODERS = {
  minilm: { isThere: minilmIsThere, setUp: setUpMinilm },
  mpnet: { isThere: mpnetIsThere, setUp: setUpMpnet },
};

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

async function main(args) {
  const [name, ...more] = args;
  if (!Object.hasOwn(ENCODERS, name ?? '') || more.length > 0) {
    say('usage: npm run encoder -- minilm|mpnet');
    process.exitCode = 1;
    return;
  }
  const cache = cacheFolder(thisMachine());
  const steps = [{ isThere: onnxRuntimeIsThere, setUp: setUpOnnxRuntime }, ENCODERS[name]];
  await withSetupLock(cache, async () => {
    for (const step of steps) {
      if (step.isThere(cache)) continue;
      for (const failure of await step.setUp(cache, root)) say(`a way that failed: ${failure}`);
    }
  });
  say(`the encoder ${name} is in ${cache}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof NoWay)) throw error;
  say(error.message);
  for (const failure of error.failures) say(`  ${failure}`);
  process.exitCode = 1;
}
