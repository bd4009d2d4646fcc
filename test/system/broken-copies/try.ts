import { makeMutant } from '../../support/mutant.js';
import { runTest } from '../../support/run-test.js';
import type { BrokenCopy } from './copies.js';

export interface CopyReport {
  fault: string;
  test: string;
  caught: boolean;
  /** The tests that failed on the copy, each with the first line of its error. */
  failed: string[];
}

/** Runs the test that must fail on the copy. @throws if the test doesn't run at all. */
export async function tryCopy({ fault, mutations, test, named }: BrokenCopy): Promise<CopyReport> {
  const copy = await makeMutant(mutations);
  try {
    const { failed } = await runTest(copy.directory, test, named);
    return {
      fault,
      test,
      caught: failed.length > 0,
      failed: failed.map(({ name, message }) => `${name}: ${message.split('\n')[0]}`),
    };
  } finally {
    await copy.remove();
  }
}
