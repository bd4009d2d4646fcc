/** Runs of one configuration in one world. The same tests are decided with and without the zone. */

import { type SelectingPair, selectionOf } from '../../src/domain/decision/selection.js';
import type { DriftHistory } from '../../src/domain/evidence/drift.js';
import { CONFIDENCE, PairWalk } from './pair-walk.js';
import { CONFIGURATIONS, type Configuration, drawTest, HOURS, type Traffic, type World } from './worlds.js';

const LOOK_HOURS = 6;

export interface Job {
  seed: number;
  configuration: Configuration;
  world: World;
  traffic: Traffic;
  runs: number;
  /** As a relative lift. */
  zone: number;
  history: DriftHistory;
}

export interface PolicyTally {
  promoted: number;
  /** Promotions of an ad that is worse than the best by more than the zone, or that isn't better than the control. */
  false: number;
  /** Promotions of an ad that is worse than the control. */
  worseThanControl: number;
  /** Hours until the decision, summed; all hours if there was none. */
  hours: number;
}

export interface Tally {
  runs: number;
  before: PolicyTally;
  after: PolicyTally;
  /** Tests in which the leader had beaten the control at some look, and the hours until then, summed. */
  controlBeaten: { tests: number; hours: number };
}

export function simulate(job: Job): Tally {
  const { seed, configuration, world, traffic, runs } = job;
  const rates = CONFIGURATIONS[configuration];
  const tally: Tally = {
    runs,
    before: { promoted: 0, false: 0, worseThanControl: 0, hours: 0 },
    after: { promoted: 0, false: 0, worseThanControl: 0, hours: 0 },
    controlBeaten: { tests: 0, hours: 0 },
  };
  for (let run = 0; run < runs; run++) {
    const ads = drawTest(`${seed} ${configuration} ${world} ${run}`, world, rates, traffic);
    const variants = ads.map((_, i) => ({
      id: String(i),
      role: i === 0 ? ('control' as const) : ('challenger' as const),
    }));
    const pairs = variants.flatMap((a, i) =>
      variants
        .slice(i + 1)
        .map((b, j) => new PairWalk(a.id, b.id, ads[i]!, ads[i + 1 + j]!, job.history, i === 0)),
    );
    const found: Partial<Record<'before' | 'after', boolean>> = {};
    let beaten = false;
    for (let hours = LOOK_HOURS; hours <= HOURS && !found.before; hours += LOOK_HOURS) {
      for (const pair of pairs) pair.look(hours);
      const leader = leaderOf(variants, pairs);
      if (leader === null) continue;
      if (!beaten && leader !== '0' && pairOver(pairs, '0', leader).calledWinner === leader) {
        beaten = true;
        tally.controlBeaten.tests += 1;
        tally.controlBeaten.hours += hours;
      }
      const counts = pairs.some(
        (pair) => (pair.variantA === leader || pair.variantB === leader) && pair.counts,
      );
      if (!counts) continue;
      for (const [name, indifference] of [['before', 0] as const, ['after', job.zone] as const]) {
        if (found[name]) continue;
        const policy = { confidence: CONFIDENCE, indifference };
        if (!selectionOf(leader, { variants, policy, pairs }).chosen) continue;
        found[name] = true;
        score(tally[name], rates, Number(leader), hours, job.zone);
      }
    }
    if (!found.before) tally.before.hours += HOURS;
    if (!found.after) tally.after.hours += HOURS;
  }
  return tally;
}

function score(tally: PolicyTally, rates: readonly number[], winner: number, hours: number, zone: number) {
  const rate = rates[winner]!;
  const others = rates.filter((_, i) => i !== winner);
  const beatsControl = winner === 0 ? others.every((other) => other < rate) : rate > rates[0]!;
  tally.promoted += 1;
  tally.hours += hours;
  if (!beatsControl || Math.max(...others) > rate * (1 + zone)) tally.false += 1;
  if (rate < rates[0]!) tally.worseThanControl += 1;
}

function leaderOf(variants: readonly { id: string }[], pairs: readonly PairWalk[]): string | null {
  const leads = (x: string, y: string) => {
    const pair = pairOver(pairs, x, y);
    return pair.variantB === x ? pair.theta > 0 : pair.theta < 0;
  };
  return (
    variants.find(({ id }) => variants.every((rival) => rival.id === id || leads(id, rival.id)))?.id ?? null
  );
}

function pairOver<Pair extends SelectingPair>(pairs: readonly Pair[], x: string, y: string): Pair {
  return pairs.find(
    ({ variantA, variantB }) => (variantA === x && variantB === y) || (variantA === y && variantB === x),
  )!;
}
