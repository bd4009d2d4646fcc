import { expect, it } from 'vitest';
import { measuredAds } from '../../../src/activities/learning/rows.js';
import type { LearnableTest } from '../../../src/clients/postgres/pattern-types.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';
import { NOTHING_DELIVERED, type Objective } from '../../../src/domain/metric.js';

function decided(
  id: string,
  objective: Objective,
  headlines = ['Acme shoes', 'Shoes that last'],
): LearnableTest {
  const counts = { ...NOTHING_DELIVERED, impressions: 1_000, linkClicks: 100, conversions: 10, spend: 100 };
  const experiment = {
    ...{ id, startedAt: 1, endedAt: 9, promotedAt: null },
    policy: { ...DEFAULT_POLICY, objective },
    variants: headlines.map((headline, i) => ({
      ...{ id: `v${i}`, role: i === 0 ? 'control' : 'challenger', adId: `6${i}`, adSetId: `5${i}` },
      creative: { hook: null, text: null, script: null, visualNotes: null, headline },
    })),
  } as unknown as Experiment;
  const evidence = { theta: 0.1, se: 0.2 };
  const pairs = [{ variantA: 'v0', variantB: 'v1', evidence }];
  return { experiment, looks: [{ metrics: { v0: counts, v1: counts }, pairs }] };
}

it('only tests of the kind of rate that most tests have are learned from', async () => {
  const tests = [
    decided('a', 'conversion_rate'),
    decided('b', 'click_through_rate'),
    decided('c', 'click_through_rate'),
  ];
  const ads = await measuredAds(tests);
  expect(ads.map(({ testId }) => testId)).toEqual(['b', 'b', 'c', 'c']);
});

it('the brand is known by its names', async () => {
  const named = async (brands?: string[]) =>
    (await measuredAds([decided('a', 'click_through_rate')], brands)).map(
      ({ attributes }) => attributes.brand_named,
    );
  expect(await named()).toEqual([null, null]);
  expect(await named(['Acme'])).toEqual([1, 0]);
});
