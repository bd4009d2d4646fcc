/** Prints a benchmark's result as JSON. A faulty argument is reported in one line, with exit code 1. */
export async function printResult(measure: () => object | Promise<object>): Promise<void> {
  try {
    console.log(JSON.stringify(await measure(), null, 2));
  } catch (error) {
    const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error);
    if (!isUsage) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** The value of `--name` as a whole number of at least 1. Throws RangeError for anything else. */
export function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--${name} takes a whole number over 0, got ${text}`);
  return Number(text);
}
