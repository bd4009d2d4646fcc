import type { Market, MarketAdSpec } from './meta-simulator/index.js';

/** A test that the sandbox makes: its ads in the market, its experiment through the API. */
export interface TestSpec {
  id: string;
  name: string;
  /** The control variant's ad first. */
  ads: (MarketAdSpec & { headline: string })[];
}

/**
 * Sales per click in the sandbox. Guardrails need conversions before a promotion, and the small budgets of these tests would
 * bring too few of them at a usual rate.
 */
const CONVERSION_RATE = 0.3;
/** The simulated Meta books a conversion in the hour of its click, so no look has to leave out the last hours. */
const POLICY = { attribution_window_hours: 0 };

/** The tests of a new sandbox: one with a clear winner, one too close to call, one with little traffic. */
export const FIRST_EXPERIMENTS: TestSpec[] = [
  {
    id: 'spring-sale',
    name: 'Spring sale: question against offer',
    ads: [
      {
        name: 'Spring sale, offer',
        headline: '20 % off all running shoes',
        dailyBudget: 20_000,
        trueClickRate: 0.018,
      },
      {
        name: 'Spring sale, question',
        headline: 'Still running in last year’s shoes?',
        dailyBudget: 20_000,
        trueClickRate: 0.029,
      },
    ],
  },
  {
    id: 'free-shipping',
    name: 'Free shipping: first line or last',
    ads: [
      {
        name: 'Free shipping, last line',
        headline: 'New arrivals, shipped free',
        dailyBudget: 15_000,
        trueClickRate: 0.021,
      },
      {
        name: 'Free shipping, first line',
        headline: 'Free shipping on new arrivals',
        dailyBudget: 15_000,
        trueClickRate: 0.0213,
      },
    ],
  },
  {
    id: 'gift-cards',
    name: 'Gift cards: a small audience',
    ads: [
      {
        name: 'Gift cards, product',
        headline: 'Gift cards from 10',
        dailyBudget: 1_000,
        trueClickRate: 0.012,
      },
      {
        name: 'Gift cards, person',
        headline: 'For the one who has everything',
        dailyBudget: 1_000,
        trueClickRate: 0.014,
      },
    ],
  },
];

/** Makes the ads in the market; returns the body for `POST /api/ab/experiments`. */
export async function prepareTest(market: Pick<Market, 'createTest'>, test: TestSpec) {
  const made = await market.createTest({
    name: test.name,
    ads: test.ads.map(({ headline, ...ad }) => ({
      trueConversionRate: CONVERSION_RATE,
      creative: { title: headline, body: '', callToAction: 'SHOP_NOW', form: 'link' as const },
      ...ad,
    })),
  });
  return {
    id: test.id,
    name: test.name,
    policy: POLICY,
    variants: test.ads.map((ad, index) => ({
      id: index === 0 ? 'control' : test.ads.length === 2 ? 'challenger' : `challenger-${index}`,
      role: index === 0 ? 'control' : 'challenger',
      ad_id: made.adIds[index]!,
      creative: { headline: ad.headline },
    })),
  };
}
