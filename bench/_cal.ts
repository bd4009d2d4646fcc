import { draw, HOURS, WORLDS, type World } from '/work/main/bench/decisions/worlds.js';
import { emptyStream, RunningRatio } from '/work/main/src/backtest/stream.js';
import { SequentialWalk } from '/work/main/src/backtest/sequential-walk.js';
import { welchOfProportions } from '/work/main/src/domain/evidence/welch.js';
const settings={confidence:.95,horizonHours:672,minimumHours:24,minimumClicks:25,minimumImpressions:0};
const stream=emptyStream(HOURS);
const runs=Number(process.argv[2]);
for (const [w,lift] of [...WORLDS.map(w=>[w,0] as const), ['iid',.05],['iid',.1],['iid',.2],['iid',.3]] as [World,number][]) {
  let wel=0, rule=0, looks=0, t0=performance.now(), tg=0;
  for (let r=0;r<runs;r++){
    const a=performance.now(); draw(stream,1,w,lift,r); tg+=performance.now()-a;
    const ratio=new RunningRatio(stream); const walk=new SequentialWalk(settings);
    let W=false,S=0;
    for(let k=1;k<=112;k++){ ratio.readTo(6*k); if(!S && walk.look(6*k,ratio)) S=k;
      if(!W && k>=4 && Math.min(ratio.clicksA,ratio.clicksB)>=25){const z=welchOfProportions({trials:ratio.impressionsA,successes:ratio.clicksA},{trials:ratio.impressionsB,successes:ratio.clicksB}); if(z && Math.abs(z.t)>1.9599 && z.p<.05) W=true;} if(W&&S)break;}
    if(W)wel++; if(S)rule++; looks+=S||112;
  }
  console.log(w,lift,'welch',(100*wel/runs).toFixed(1),'rule',(100*rule/runs).toFixed(2),'looks',(looks/runs).toFixed(1),'ms/run',((performance.now()-t0)/runs).toFixed(2),'gen',(tg/runs).toFixed(2));
}
