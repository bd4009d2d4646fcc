/** Programmes of tests in a row: each starts from the last winner, and its drafts are chosen with or without what was learned. */

import { textsOf } from '../../domain/creative/creative-texts.js';
import { ATTRIBUTES, attributesOf } from '../../domain/creative/registry.js';
import { forecastByAttributes } from '../../domain/drafts/attribute-forecast.js';
import type { Brief } from '../../domain/drafts/brief.js';
import { chooseToTest } from '../../domain/drafts/choose.js';
import { type Proposal, proposalsFrom } from '../../domain/drafts/proposals.js';
import { completed, templatesOf } from '../../domain/drafts/templates.js';
import type { Creative } from '../../domain/experiment.js';
import { type ForecastScore, scoreForecast } from '../../domain/forecast/scoring.js';
import { type AttributeModel, learnAttributes } from '../../domain/patterns/attribute-model.js';
import { logRateOf, type PatternTest } from '../../domain/patterns/effects.js';
import type { CreativeWorld } from '../../sandbox/meta-simulator/creative-world.js';
import type { Random } from '../../sandbox/random.js';

/**
 * `learned`: by all earlier tests of the programme. `shuffled`: by the same, with the effects of attributes exchanged at random.
 * `random`: any draft.
 */
export const CHOICES = ['learned', 'shuffled', 'random'] as const;
export type Choice = (typeof CHOICES)[number];

export interface ProgrammePlan {
  choice: Choice;
  world: CreativeWorld;
  first: Creative;
  brief: Pick<Brief, 'product' | 'audience' | 'offer' | 'mustSay' | 'mustNotSay'>;
  /** What the first test's drafts start from: the first creative, or a template of the brief. Later ones start from the winner. */
  startsFrom: 'first' | 'brief';
  tests: number;
  /** Challengers per test. */
  challengers: number;
  /** What was learned elsewhere: prior means by attribute id, log rate per step. Default: nothing. */
  elsewhere?: Readonly<Record<string, number>>;
  /** Draws what is chosen at random. */
  random: Random;
  /**
   * Decides one test. `rates`: true rates of its ads over the control's, which comes first. `sinceFirst`: the control's true log
   * rate over that of the first creative.
   */
  runTest: (test: number, rates: readonly number[], sinceFirst: number) => TestOutcome;
}

export interface TestOutcome {
  /** Index of the ad that was promoted; null if none was. */
  promoted: number | null;
  /** What each ad had done by then. */
  arms: readonly { clicks: number; impressions: number }[];
}

export interface Reached {
  /** True log rate of the winner after each test, over that of the first creative. */
  winners: number[];
  promotions: number;
  /** Of the promotions, those of a creative whose true rate is not above its control's. */
  falsely: number;
  model: AttributeModel;
  /** How the forecasts of the tests did, in their order. */
  scores: ForecastScore[];
}

/** A draft that can be tested. A template of the brief changes nothing. */
type Candidate = Pick<Proposal, 'creative' | 'attributes'>;

const IDS = ATTRIBUTES.map(({ id }) => id);

export function runTests(plan: ProgrammePlan): Reached {
  const { world, brief, tests, elsewhere, runTest } = plan;
  let winner = plan.first;
  const first = rateOf(world, winner);
  const finished: PatternTest[] = [];
  const lost: Creative[] = [];
  const reached: Reached = {
    winners: [],
    promotions: 0,
    falsely: 0,
    model: learnAttributes([], IDS, elsewhere),
    scores: [],
  };
  for (let test = 0; test < tests; test++) {
    const template = test === 0 && plan.startsFrom === 'brief' ? templatesOf(brief)[0]! : null;
    const base = template ?? winner;
    const drafts = chosen(plan, reached.model, base, [
      ...(template ? [{ creative: template, attributes: read(template) }] : []),
      ...proposalsFrom(base, brief, lost).map(({ creative }) => {
        const whole = completed(creative, brief);
        return { creative: whole, attributes: read(whole) };
      }),
    ]);
    const creatives = [winner, ...drafts.map(({ creative }) => creative)];
    const rates = creatives.map((creative) => Math.exp(rateOf(world, creative) - rateOf(world, winner)));
    const { promoted, arms } = runTest(test, rates, rateOf(world, winner) - first);
    finished.push({
      id: `test ${test}`,
      arms: creatives.map((creative, i) => ({
        attributes: read(creative),
        group: '',
        ...logRateOf(arms[i]!.clicks, arms[i]!.impressions),
      })),
    });
    const score = scoreOf(reached.model, finished.at(-1)!);
    if (score) reached.scores.push(score);
    const best = promoted ?? 0;
    if (best > 0) {
      reached.promotions++;
      if (rates[best]! <= 1) reached.falsely++;
    }
    lost.push(...creatives.filter((_, i) => i !== best));
    winner = creatives[best]!;
    reached.winners.push(rateOf(world, winner) - first);
    reached.model = learnAttributes(finished, IDS, elsewhere);
  }
  return reached;
}

/** How the forecast that was possible before the test did; null if the test measured too little. */
function scoreOf(model: AttributeModel, { arms }: PatternTest): ForecastScore | null {
  const forecast = forecastByAttributes(
    model,
    arms.map(({ attributes }, i) => ({ id: String(i), attributes })),
  );
  return scoreForecast(
    forecast,
    arms.map(({ logRate, variance }, i) => ({ id: String(i), logRate, variance })),
  );
}

function read(creative: Creative) {
  return attributesOf(textsOf(creative));
}

function rateOf(world: CreativeWorld, creative: Creative): number {
  return world(textsOf(creative));
}

function chosen(
  { choice, random, challengers }: ProgrammePlan,
  model: AttributeModel,
  base: Creative,
  candidates: readonly Candidate[],
): Candidate[] {
  if (choice === 'random') return shuffled(candidates, random).slice(0, challengers);
  const known = choice === 'learned' ? model : exchanged(model, random);
  const attributes = candidates.map((candidate) => candidate.attributes);
  return chooseToTest(known, read(base), attributes, challengers).map((place) => candidates[place]!);
}

/** The same effects under the names of other attributes. */
function exchanged(model: AttributeModel, random: Random): AttributeModel {
  const names = shuffled(IDS, random);
  const nameOf = new Map(IDS.map((id, i) => [id, names[i]!]));
  const elsewhere = Object.entries(model.elsewhere).map(
    ([id, mean]) => [nameOf.get(id) ?? id, mean] as const,
  );
  return { ...model, ids: names.slice(0, model.ids.length), elsewhere: Object.fromEntries(elsewhere) };
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const all = [...values];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
