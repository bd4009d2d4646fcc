// Prints "<passed> <failed>" of a vitest JSON report: `node .ci/count-tests.mjs <report> <exit code of vitest>`.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * A test file that fails outside its tests (it doesn't load, or a hook fails) counts as one failure, and so does an
 * exit code that no test accounts for, as of an unhandled rejection. No test at all is a failure too.
 */
export function countTests(report, exitCode) {
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    const statuses = file.assertionResults.map(({ status }) => status);
    const failures = statuses.filter((status) => status === 'failed').length;
    passed += statuses.filter((status) => status === 'passed').length;
    failed += failures;
    if (file.status === 'failed' && failures === 0) failed += 1;
  }
  if ((exitCode !== 0 || passed === 0) && failed === 0) failed = 1;
  return { passed, failed };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file, exitCode] = process.argv.slice(2);
  const { passed, failed } = countTests(JSON.parse(readFileSync(file, 'utf8')), Number(exitCode));
  process.stdout.write(`${passed} ${failed}\n`);
}
