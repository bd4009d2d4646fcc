import { installRuntime } from '../../src/service/runtime.js';

/** Lines that Temporal would have printed: tests assert the lines that they need and print nothing. */
export const complaints: string[] = [];

// Once per process, by whichever copy of the sources comes first, even a mutant's.
const INSTALLED = Symbol.for('auto-promotion.test.runtime');
const holder = globalThis as { [INSTALLED]?: true };
if (!holder[INSTALLED]) {
  holder[INSTALLED] = true;
  installRuntime((line) => complaints.push(line));
}
