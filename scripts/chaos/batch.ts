/** One batch in a process of its own: a plan's seed and number in, what came of it out, as one line of JSON. */
import { installRuntime } from '../../src/service/runtime.js';
import { drawBatch } from './draw.js';
import { playSkipping } from './skipping.js';

const [seed, number, size] = process.argv.slice(2).map(Number) as [number, number, number];
installRuntime(() => {});
const began = Date.now();
const batch = drawBatch(seed, number, size);
const log = (line: string) => void process.stderr.write(`${(Date.now() - began) / 1000} s ${line}\n`);
const played = await playSkipping(batch, log);
log('done');
const finals: Record<string, number> = {};
for (const { evidence } of played.runs) finals[evidence.state] = (finals[evidence.state] ?? 0) + 1;
console.log(JSON.stringify(finals), JSON.stringify(played.faults), played.runs.map((r) => Object.values(r.faults).reduce((a, b) => a + b, 0)).join(' '));
console.log(played.runs.reduce((n, r) => n + r.evidence.audit.length, 0), 'writes');
process.exit(0);
