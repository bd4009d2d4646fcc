import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

export interface TestRun {
  /** Names of the tests that passed. */
  passed: string[];
  failed: { name: string; message: string }[];
  /** As people read it, with the differences of what was compared. */
  output: string;
}

interface VitestReport {
  testResults: {
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

/**
 * Runs one test file of a copy of the repository. `named`: a pattern of the tests' names. @throws if the file doesn't
 * load, or no test has such a name: that says nothing of the copy.
 */
export async function runTest(
  directory: string,
  file: string,
  named?: string,
  env: NodeJS.ProcessEnv = {},
): Promise<TestRun> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-run-'));
  try {
    const reportFile = path.join(folder, 'report.json');
    const filter = named === undefined ? [] : ['-t', named];
    const reporters = ['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${reportFile}`];
    const output = await end(['run', '--root', directory, ...reporters, file, ...filter], directory, env);
    const text = await readFile(reportFile, 'utf8').catch(() => null);
    if (text === null) throw new Error(`${file} gave no report: ${output}`);
    const { testResults } = JSON.parse(text) as VitestReport;
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    const passed = results.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName);
    const failed = results
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({ name: fullName, message: failureMessages.join('\n') }));
    if (passed.length + failed.length === 0)
      throw new Error(`${file} ran no test: ${testResults.map(({ message }) => message).join('\n')}`);
    return { passed, failed, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function end(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VITEST, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk));
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
