/**
 * `npm run -s broken-copies [-- NAME…]`: runs the matching test on each broken copy; it must fail there. Prints one JSON
 * document with the reason of each failure; exit code 1 if a copy was not caught. `npm test` shows that the same tests
 * pass on the unbroken service.
 */
import { BROKEN_COPIES } from './broken-copies/copies.js';
import { tryCopy } from './broken-copies/try.js';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(BROKEN_COPIES, name));
if (unknown.length > 0) {
  process.stderr.write(
    `No broken copy is called ${unknown.join(', ')}. There are ${Object.keys(BROKEN_COPIES).join(', ')}.\n`,
  );
  process.exit(1);
}

const reports = [];
for (const [name, copy] of Object.entries(BROKEN_COPIES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const report = { name, ...(await tryCopy(copy)) };
  process.stderr.write(`${name}: ${report.caught ? 'caught' : 'not caught'} by ${copy.test}\n`);
  reports.push(report);
}
process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
process.exitCode = reports.every(({ caught }) => caught) ? 0 : 1;
