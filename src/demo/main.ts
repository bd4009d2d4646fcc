import { parseArgs } from 'node:util';
import { formatEvent } from '../events.js';
import { installRuntime } from '../service/runtime.js';
import { runDemo } from './run.js';

const out = (line: string) => process.stdout.write(`${line}\n`);
const err = (line: string) => process.stderr.write(`${line}\n`);
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
installRuntime(err);
const t0 = Date.now();
const result = await runDemo({
  seed: Number(values.seed),
  observer: {
    say: err,
    event: (e) => {
      if (e.kind !== 'decision') err(`${((Date.now() - t0) / 1000).toFixed(1)} ${formatEvent(e)}`);
    },
  },
});
out(JSON.stringify(result.document, null, 1));
for (const t of result.timings) err(JSON.stringify(t));
err(`${result.seconds} s, scale ${result.priorScale}`);
for (const s of result.scenarios) err(`${s.entry.name} ${s.entry.passed} ${s.entry.summary}`);
process.exit(0);
