/** Runs of one configuration in one world. The same tests are decided without a zone, with it, and with dropped ads. */

import { pairOf } from '../../src/domain/decision/pairs.js';
import { type Selection, selectionOf } from '../../src/domain/decision/selection.js';
import type { DriftHistory } from '../../src/domain/evidence/drift.js';
import { CONFIDENCE, PairWalk } from './pair-walk.js';
import {
  type Ad,
  CONFIGURATIONS,
  type Configuration,
  drawTest,
  HOURS,
  type Traffic,
  type World,
} from './worlds.js';

const LOOK_HOURS = 6;
const CONTROL = 'ad-0';

export interface Job {
  seed: number;
  configuration: Configuration;
  world: World;
  traffic: Traffic;
  runs: number;
  /** As a relative lift. */
  zone: number;
  /** Of accounts whose earlier tests differ; the runs take them in turn. One account alone would show its own luck. */
  histories: readonly DriftHistory[];
}

export interface PolicyTally {
  promoted: number;
  /** Promotions of an ad that is worse than the best by more than the zone, or that isn't better than the control. */
  falsely: number;
  /** Promotions of an ad that is worse than the control. */
  worseThanControl: number;
  /** Hours until the decision, summed; all hours if there was none. */
  hours: number;
}

export interface Tally {
  runs: number;
  before: PolicyTally;
  after: PolicyTally;
  /** With the zone and `policy.drop_beaten`; the other ads' traffic stays as it was. */
  dropping: PolicyTally;
  /** Tests in which a leader had beaten the control at some look, and the hours until then, summed. */
  controlBeaten: { tests: number; hours: number };
}

/** The ad that is promoted, by its index, and when. */
export interface Promotion {
  ad: number;
  hours: number;
}

export interface TestResult {
  /** Without a zone; null if no ad is promoted. */
  before: Promotion | null;
  after: Promotion | null;
  dropping: Promotion | null;
  controlBeatenAt: number | null;
}

/** The ads of a test and the pairs of them. The first ad is the control. */
function everyoneOf(ads: readonly Ad[], history: DriftHistory): Compared {
  const variants = ads.map((_, i) => ({
    id: `ad-${i}`,
    role: i === 0 ? ('control' as const) : ('challenger' as const),
  }));
  const pairs = variants.flatMap((a, i) =>
    variants
      .slice(i + 1)
      .map((b, j) => new PairWalk([a.id, b.id], [ads[i]!, ads[i + 1 + j]!], history, i === 0)),
  );
  return { variants, pairs };
}

/** The first promotion of a test with a look every 6 hours; null if there is none by the horizon. */
export function firstPromotion(ads: readonly Ad[], zone: number, history: DriftHistory): Promotion | null {
  const everyone = everyoneOf(ads, history);
  for (let hours = LOOK_HOURS; hours <= HOURS; hours += LOOK_HOURS) {
    for (const pair of everyone.pairs) pair.look(hours);
    const choice = choiceOf(everyone, zone);
    if (choice?.chosen) return { ad: everyone.variants.findIndex(({ id }) => id === choice.leader), hours };
  }
  return null;
}

/** Decides one test, whose first ad is the control, with a look every 6 hours. */
export function decideTest(ads: readonly Ad[], zone: number, history: DriftHistory): TestResult {
  const everyone = everyoneOf(ads, history);
  const { variants, pairs } = everyone;
  const result: TestResult = { before: null, after: null, dropping: null, controlBeatenAt: null };
  let compared: Compared = everyone;
  // Whoever is promoted without a zone would have been promoted with it.
  for (let hours = LOOK_HOURS; hours <= HOURS && !(result.before && result.dropping); hours += LOOK_HOURS) {
    for (const pair of pairs) pair.look(hours);
    const promotion = (choice: Choice | null): Promotion | null =>
      choice?.chosen ? { ad: variants.findIndex(({ id }) => id === choice.leader), hours } : null;
    const withZone = choiceOf(everyone, zone);
    if (withZone && withZone.leader !== CONTROL && withZone.beaten.includes(CONTROL)) {
      result.controlBeatenAt ??= hours;
    }
    result.before ??= promotion(choiceOf(everyone, 0));
    result.after ??= promotion(withZone);
    if (result.dropping !== null) continue;
    const choice = compared === everyone ? withZone : choiceOf(compared, zone);
    result.dropping = promotion(choice);
    const dropped = choice?.beaten.find((id) => id !== CONTROL);
    if (result.dropping === null && dropped !== undefined && compared.variants.length > 2) {
      compared = {
        variants: compared.variants.filter(({ id }) => id !== dropped),
        pairs: compared.pairs.filter(({ variantA, variantB }) => ![variantA, variantB].includes(dropped)),
      };
    }
  }
  return result;
}

interface Compared {
  variants: { id: string; role: 'control' | 'challenger' }[];
  pairs: PairWalk[];
}

/** The leader, the ads that it has beaten, and whether it is promoted at this look. */
type Choice = Pick<Selection, 'leader' | 'beaten' | 'chosen'>;

function choiceOf({ variants, pairs }: Compared, indifference: number): Choice | null {
  const leader = leaderOf(variants, pairs);
  if (leader === null) return null;
  const counts = pairs.some((pair) => pair.counts && (pair.variantA === leader || pair.variantB === leader));
  const policy = { confidence: CONFIDENCE, indifference };
  const { beaten, chosen } = selectionOf(leader, { variants, policy, pairs });
  return { leader, beaten, chosen: chosen && counts };
}

export function simulate({ seed, configuration, world, traffic, runs, zone, histories }: Job): Tally {
  const rates = CONFIGURATIONS[configuration];
  const nothing: PolicyTally = { promoted: 0, falsely: 0, worseThanControl: 0, hours: 0 };
  const tally: Tally = {
    runs,
    before: { ...nothing },
    after: { ...nothing },
    dropping: { ...nothing },
    controlBeaten: { tests: 0, hours: 0 },
  };
  for (let run = 0; run < runs; run++) {
    const ads = drawTest(`${seed} ${configuration} ${world} ${run}`, world, rates, traffic);
    const { before, after, dropping, controlBeatenAt } = decideTest(
      ads,
      zone,
      histories[run % histories.length]!,
    );
    score(tally.before, before, rates, zone);
    score(tally.after, after, rates, zone);
    score(tally.dropping, dropping, rates, zone);
    if (controlBeatenAt !== null) {
      tally.controlBeaten.tests += 1;
      tally.controlBeaten.hours += controlBeatenAt;
    }
  }
  return tally;
}

/** A control is promoted rightly if it is better than every challenger. */
function score(
  tally: PolicyTally,
  promotion: Promotion | null,
  rates: readonly number[],
  zone: number,
): void {
  tally.hours += promotion?.hours ?? HOURS;
  if (promotion === null) return;
  const rate = rates[promotion.ad]!;
  const others = rates.filter((_, i) => i !== promotion.ad);
  const beatsControl = promotion.ad === 0 ? others.every((other) => other < rate) : rate > rates[0]!;
  tally.promoted += 1;
  if (!beatsControl || Math.max(...others) > rate * (1 + zone)) tally.falsely += 1;
  if (rate < rates[0]!) tally.worseThanControl += 1;
}

function leaderOf(variants: readonly { id: string }[], pairs: readonly PairWalk[]): string | null {
  const leads = (x: string, y: string) => {
    const { variantB, theta } = pairOf(pairs, x, y);
    return variantB === x ? theta > 0 : theta < 0;
  };
  const leader = variants.find(({ id }) => variants.every((rival) => rival.id === id || leads(id, rival.id)));
  return leader?.id ?? null;
}
