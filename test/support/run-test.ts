import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode } from './command.js';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

export interface TestRun {
  failed: { name: string; message: string }[];
  /** As Vitest prints it, with the differences between expected and actual values. */
  output: string;
}

interface VitestReport {
  testResults: {
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

/**
 * Runs one test file of a copy of the repository. `named`: a pattern for the names of the tests. @throws Error if the
 * file doesn't load or no test has such a name: the run then says nothing about the copy.
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
    const { out, err } = await runNode([VITEST, 'run', '--root', directory, ...reporters, file, ...filter], {
      cwd: directory,
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    const output = `${out}${err}`;
    const text = await readFile(reportFile, 'utf8').catch(() => null);
    if (text === null) throw new Error(`${file} gave no report: ${output}`);
    const { testResults } = JSON.parse(text) as VitestReport;
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = results
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({ name: fullName, message: failureMessages.join('\n') }));
    if (failed.length === 0 && !results.some(({ status }) => status === 'passed'))
      throw new Error(`${file} ran no test: ${testResults.map(({ message }) => message).join('\n')}`);
    return { failed, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
