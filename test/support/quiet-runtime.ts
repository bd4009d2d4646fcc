import { installRuntime } from '../../src/service/runtime.js';

/** Lines that Temporal would have printed: tests assert what they need, and print nothing. */
export const complaints: string[] = [];

// Once a process, whichever copy of the sources (a mutant's too) comes first.
const INSTALLED = Symbol.for('auto-promotion.test.runtime');
const holder = globalThis as { [INSTALLED]?: true };
if (!holder[INSTALLED]) {
  holder[INSTALLED] = true;
  installRuntime((line) => complaints.push(line));
}
