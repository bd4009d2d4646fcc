import { describe, expect, it } from 'vitest';
import { countTests } from '../../.ci/count-tests.mjs';

function file(status: string, ...tests: string[]) {
  return { status, assertionResults: tests.map((test) => ({ status: test })) };
}

describe('the count of a test report', () => {
  it('counts tests, not files', () => {
    const testResults = [
      file('passed', 'passed', 'passed', 'skipped'),
      file('failed', 'passed', 'failed', 'failed'),
    ];
    expect(countTests({ testResults }, 1)).toEqual({ passed: 3, failed: 2 });
  });

  it('counts a failure for a file that fails outside its tests', () => {
    const testResults = [file('passed', 'passed'), file('failed'), file('failed', 'passed')];
    expect(countTests({ testResults }, 1)).toEqual({ passed: 2, failed: 2 });
  });

  it('counts a failure for an exit code that no failed test explains', () => {
    expect(countTests({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1 });
    expect(countTests({ testResults: [file('passed', 'passed')] }, 0)).toEqual({ passed: 1, failed: 0 });
  });

  it('counts a failure if no test ran', () => {
    expect(countTests({ testResults: [] }, 0)).toEqual({ passed: 0, failed: 1 });
  });
});
