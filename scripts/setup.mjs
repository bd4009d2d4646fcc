// Prepares a fresh clone so that its commands run: `node scripts/setup.mjs [--tests]`. Silent if nothing is missing.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { thisMachine } from '../src/sandbox/programs/find-temporal-cli.mjs';
import { atLeast, cacheFolder, NODE_MINIMUM } from '../src/sandbox/programs/locations.mjs';
import { chromiumIsThere, setUpChromium, whyNoChromium } from './setup/chromium.mjs';
import {
  onnxRuntimeIsThere,
  setUpOnnxRuntimeForTests,
  whyNoOnnxRuntime,
} from './setup/encoders/onnx-runtime.mjs';
import { withSetupLock } from './setup/lock.mjs';
import { installPackages, packagesAreThere } from './setup/packages.mjs';
import { realPostgresIsThere, setUpRealPostgres, whyNoRealPostgres } from './setup/real-postgres.mjs';
import { duration, NoWay, say } from './setup/steps.mjs';
import { setUpTemporalCli, temporalCliIsThere } from './setup/temporal-cli.mjs';
import { setUpTestServer, testServerIsThere } from './setup/test-server.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const machine = thisMachine();
const cache = cacheFolder(machine);

/** In order. Each step makes its result completely or not at all, so that an interrupted set-up can be repeated. */
const STEPS = [
  { isThere: () => packagesAreThere(root), setUp: () => installPackages(root) },
  { isThere: () => temporalCliIsThere(machine), setUp: () => setUpTemporalCli(machine, root) },
];
const TEST_STEPS = [
  { isThere: () => testServerIsThere(machine), setUp: () => setUpTestServer(machine, root) },
  {
    isThere: () => realPostgresIsThere(machine) || whyNoRealPostgres(machine) !== undefined,
    setUp: () => setUpRealPostgres(machine, root),
  },
  {
    isThere: () => chromiumIsThere(machine) || whyNoChromium(machine) !== undefined,
    setUp: () => setUpChromium(machine),
  },
  {
    isThere: () => onnxRuntimeIsThere(cache) || whyNoOnnxRuntime(cache) !== undefined,
    setUp: () => setUpOnnxRuntimeForTests(cache, root),
  },
];

async function main(args) {
  const unknown = args.find((arg) => arg !== '--tests');
  if (unknown !== undefined) throw new NoWay(`unknown option ${unknown}; the only option is --tests`, []);
  if (!atLeast(process.version, NODE_MINIMUM)) {
    throw new NoWay(`this is Node ${process.version}; ${NODE_MINIMUM} or later is needed`, []);
  }
  const forTests = args.includes('--tests');
  const steps = forTests ? [...STEPS, ...TEST_STEPS] : STEPS;
  if (!steps.every((step) => step.isThere())) {
    await withSetupLock(cache, () => perform(steps));
  }
  if (!forTests) return;
  const noPostgres = realPostgresIsThere(machine) ? undefined : whyNoRealPostgres(machine);
  if (noPostgres !== undefined) say(`the database tests run only on the embedded Postgres: ${noPostgres}`);
  const noChromium = chromiumIsThere(machine) ? undefined : whyNoChromium(machine);
  if (noChromium !== undefined) say(`the tests in a browser are left out: ${noChromium}`);
  const noOnnx = onnxRuntimeIsThere(cache) ? undefined : whyNoOnnxRuntime(cache);
  if (noOnnx !== undefined) say(`the tests that run ONNX files are left out: ${noOnnx}`);
}

async function perform(steps) {
  const began = Date.now();
  const failures = [];
  for (const step of steps) {
    if (!step.isThere()) failures.push(...(await step.setUp()));
  }
  say(`ready after ${duration(Date.now() - began)}`);
  report(failures);
}

function report(failures) {
  if (failures.length === 0) return;
  say('ways that failed:');
  for (const failure of failures) say(`  ${failure}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof NoWay)) throw error;
  say(error.message);
  report(error.failures);
  process.exitCode = 1;
}
