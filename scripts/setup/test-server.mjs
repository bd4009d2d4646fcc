// The time-skipping Temporal server, for tests only.
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isProgram } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { TEST_SERVER_VERSION, testServerInCache } from '../../src/sandbox/programs/locations.mjs';
import { firstThatWorks, run } from './steps.mjs';
import { downloadFromVendor } from './vendor-download.mjs';

const WHAT = `time-skipping test server ${TEST_SERVER_VERSION}`;

const WRAPPER = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

export function testServerIsThere(machine) {
  return isProgram(testServerInCache(machine));
}

export function setUpTestServer(machine, root) {
  const file = testServerInCache(machine);
  return firstThatWorks(WHAT, [
    {
      name: "the vendor's download",
      go: () => downloadFromVendor('temporal-test-server', TEST_SERVER_VERSION, file, runs),
    },
    {
      name: 'Maven, from tools/temporal-test-server',
      estimate: 'about 10 s',
      go: () => gather(path.join(root, 'tools', 'temporal-test-server', 'pom.xml'), file),
    },
  ]);
}

/** Without a port, it ends at once with a complaint. A build for another machine doesn't even start. */
async function runs(program) {
  try {
    await run(program, [], { limitMs: 20_000 });
  } catch (error) {
    if (!/ended with exit code/.test(error.message)) throw error;
  }
}

async function gather(pom, file) {
  await run('java', ['-version']);
  const home = path.dirname(file);
  await mkdir(path.dirname(home), { recursive: true });
  const half = await mkdtemp(`${home}.`);
  try {
    await run(
      'mvn',
      ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${path.join(half, 'lib')}`],
      { saying: 'fetching jars with Maven' },
    );
    await writeFile(path.join(half, path.basename(file)), WRAPPER, { mode: 0o755 });
    await rm(home, { recursive: true, force: true });
    await rename(half, home);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}
