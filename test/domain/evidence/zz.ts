import { sequential } from '../../../src/domain/evidence/sequential.js';
import { normalUpperQuantile } from '../../../src/domain/evidence/distributions.js';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import { nominalAlpha, spentFraction } from '../../../src/domain/evidence/sequential.js';
import { welchOfProportions } from '../../../src/domain/evidence/welch.js';
import { hourlyRows, random, REFERENCE_SETTINGS as base } from './simulate.js';
const N=1500; const LOOKS=Array.from({length:112},(_,k)=>6*(k+1));
const hit:Record<string,number>={}; let welch=0; const t0=Date.now();
for(let run=0;run<N;run++){ const rows=hourlyRows(random(90000+run),{hours:672,impressions:250,rateA:.02,rateB:.02});
 const est=LOOKS.map(h=>rateRatio(rows.slice(0,h)));
 if(LOOKS.some((h,i)=>{const e=est[i]!; if(h<24||Math.min(e.clicksA,e.clicksB)<25)return false; return welchOfProportions({trials:e.impressionsA,successes:e.clicksA},{trials:e.impressionsB,successes:e.clicksB})!.p<.05}))welch++;
 for(const c of [.9,.95,.99]){ const s={...base,confidence:c}; if(!LOOKS.some((h,i)=>Math.abs(est[i]!.t)>=normalUpperQuantile(nominalAlpha(c)*spentFraction(h,672)/2)))continue;
  let st=sequential.start(s); for(const h of LOOKS){const o=sequential.look(s,st,rows.slice(0,h),h); st=o.state; if(o.evidence.winner){hit[c]=(hit[c]??0)+1;break;}} } }
console.log(N,hit,'welch',welch,(Date.now()-t0)/1000);
