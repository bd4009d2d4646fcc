import { powerOf } from './src/domain/setup/power.js';
import { DEFAULT_POLICY } from './src/domain/experiment.js';
import { RULES } from './src/domain/evidence/rules.js';
import { ruleSettings } from './src/domain/decision/rule-settings.js';
import { hourlyRows, random } from './test/domain/evidence/simulate.js';
const [runs, horizonHours, impressions, lift, every] = process.argv.slice(2).map(Number) as [number,number,number,number,number];
const policy = { ...DEFAULT_POLICY, horizonHours, checkEveryHours: every };
const rate = 0.02;
const s = performance.now();
let found = 0, hours = 0;
for (let run = 0; run < runs; run++) {
  const rows = hourlyRows(random(100 + run), { hours: horizonHours, impressions, rateA: rate, rateB: rate * (1 + lift) });
  let state = RULES.sequential.start(ruleSettings(policy));
  let end = horizonHours;
  for (let at = every; at <= horizonHours; at += every) {
    const { evidence, after } = state.look(rows.slice(0, at), at);
    if (evidence.winner) { if (evidence.winner === 'B') found++; end = at; break; }
    state = after;
  }
  hours += end;
}
const t = { events: impressions * rate, exposure: impressions };
console.log({ runs, horizonHours, impressions, lift, found: found / runs, se: Math.sqrt(found/runs*(1-found/runs)/runs), days: hours / runs / 24, s: (performance.now() - s)/1000 });
const p = powerOf(policy, t, [t]);
console.log(p!.find(x => x.lift === lift));
