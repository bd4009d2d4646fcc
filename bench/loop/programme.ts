/** Programmes of tests in a row: each starts from the last winner, and its drafts are chosen with or without what was learned. */

import { textsOf } from '../../src/domain/creative/creative-texts.js';
import { ATTRIBUTES, attributesOf } from '../../src/domain/creative/registry.js';
import { forecastByAttributes } from '../../src/domain/drafts/attribute-forecast.js';
import { chooseToTest } from '../../src/domain/drafts/choose.js';
import { type Proposal, proposalsFrom } from '../../src/domain/drafts/proposals.js';
import type { DriftHistory } from '../../src/domain/evidence/drift.js';
import type { Creative } from '../../src/domain/experiment.js';
import { type ForecastScore, scoreForecast } from '../../src/domain/forecast/scoring.js';
import { type AttributeModel, learnAttributes } from '../../src/domain/patterns/attribute-model.js';
import { logRateOf, type PatternTest } from '../../src/domain/patterns/effects.js';
import { writeCopy } from '../../src/sandbox/meta-simulator/copy-writer.js';
import { type CreativeWorld, creativeWorld } from '../../src/sandbox/meta-simulator/creative-world.js';
import { Random } from '../../src/sandbox/random.js';
import { firstPromotion } from '../several-ads/simulate.js';
import { type Ad, drawTest, HOURS } from '../several-ads/worlds.js';

/**
 * `learned`: by all earlier tests of the programme. `shuffled`: by the same, with the effects of attributes exchanged at random.
 * `random`: any draft.
 */
export const CHOICES = ['learned', 'shuffled', 'random'] as const;
export type Choice = (typeof CHOICES)[number];

export interface Programme {
  seed: number;
  choice: Choice;
  effects: 'some' | 'none';
  /** See `CreativeWorldOptions`. */
  unexplained: number;
  tests: number;
  /** Challengers per test. */
  challengers: number;
  /** Programmes of one seed that differ in their luck alone: what people click, and what is chosen at random. */
  luck: number;
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

const IDS = ATTRIBUTES.map(({ id }) => id);

export function runProgramme(programme: Programme, history: DriftHistory): Reached {
  const { seed, choice, tests, challengers, luck } = programme;
  const world = creativeWorld(seed, programme);
  const random = new Random(`${seed}/loop/${luck}/${choice}`);
  const copy = writeCopy(new Random(`${seed}/loop/first`));
  const brief = {
    product: copy.brands?.[0] ?? 'it',
    audience: null,
    offer: 'Now with free shipping',
    mustSay: [],
    mustNotSay: [],
  };
  let winner: Creative = {
    hook: null,
    headline: copy.headline,
    text: copy.body,
    script: null,
    visualNotes: null,
  };
  const first = rateOf(world, winner);
  const finished: PatternTest[] = [];
  const lost: Creative[] = [];
  const reached: Reached = {
    winners: [],
    promotions: 0,
    falsely: 0,
    model: learnAttributes([], IDS),
    scores: [],
  };
  for (let test = 0; test < tests; test++) {
    const proposals = proposalsFrom(winner, brief, lost);
    const drafts = chosen(choice, reached.model, winner, proposals, challengers, random);
    const creatives = [winner, ...drafts.map(({ creative }) => creative)];
    const rates = creatives.map((creative) => Math.exp(rateOf(world, creative) - rateOf(world, winner)));
    const ads = drawTest(`${seed}/loop/${luck}/${test}`, 'iid', rates, 'drawn');
    const promotion = firstPromotion(ads, 0.05, history);
    const hours = promotion?.hours ?? HOURS;
    finished.push({
      id: `test ${test}`,
      arms: creatives.map((creative, i) => ({
        attributes: attributesOf(textsOf(creative)),
        group: '',
        ...measured(ads[i]!, hours),
      })),
    });
    const arms = finished.at(-1)!.arms;
    const forecast = forecastByAttributes(
      reached.model,
      arms.map(({ attributes }, i) => ({ id: String(i), attributes })),
    );
    const score = scoreForecast(
      forecast,
      arms.map(({ logRate, variance }, i) => ({ id: String(i), logRate, variance })),
    );
    if (score) reached.scores.push(score);
    const best = promotion?.ad ?? 0;
    if (promotion && best > 0) {
      reached.promotions++;
      if (rates[best]! <= 1) reached.falsely++;
    }
    lost.push(...creatives.filter((_, i) => i !== best));
    winner = creatives[best]!;
    reached.winners.push(rateOf(world, winner) - first);
    reached.model = learnAttributes(finished, IDS);
  }
  return reached;
}

function rateOf(world: CreativeWorld, creative: Creative): number {
  return world(textsOf(creative));
}

function measured(ad: Ad, hours: number) {
  const sum = (values: Float64Array) => values.subarray(0, hours).reduce((total, value) => total + value, 0);
  return logRateOf(sum(ad.clicks), sum(ad.impressions));
}

function chosen(
  choice: Choice,
  model: AttributeModel,
  base: Creative,
  proposals: readonly Proposal[],
  places: number,
  random: Random,
): Proposal[] {
  if (choice === 'random') return shuffled(proposals, random).slice(0, places);
  const known = choice === 'learned' ? model : exchanged(model, random);
  const attributes = proposals.map((proposal) => proposal.attributes);
  return chooseToTest(known, attributesOf(textsOf(base)), attributes, places).map(
    (place) => proposals[place]!,
  );
}

/** The same effects under the names of other attributes. */
function exchanged(model: AttributeModel, random: Random): AttributeModel {
  return { ...model, ids: shuffled(IDS, random).slice(0, model.ids.length) };
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const all = [...values];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
