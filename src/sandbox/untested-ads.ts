/** Ads of the sandbox's account that are in no test: some fit one, and one for each main reason doesn't. */
import type { Market, MarketAdSpec, MarketCreative } from './meta-simulator/index.js';

const DAY_MS = 86_400_000;
/** They have delivered for more than the last 7 days, which the page of new tests shows. */
const RUN_FOR_DAYS = 8;

interface AdPlan {
  name: string;
  creative: MarketCreative;
  trueClickRate: number;
  dailyBudget: number;
  trueConversionRate?: number;
}

interface CampaignPlan {
  name: string;
  ads: AdPlan[];
  /** Changes after the creation, e.g. of what Meta optimises for. */
  adSets?: Record<string, unknown>;
}

function ad(
  name: string,
  title: string,
  body: string,
  {
    dailyBudget = 8_000,
    form = 'link',
    ...rates
  }: Partial<AdPlan> & Pick<MarketCreative, 'form'> & { trueClickRate: number },
): AdPlan {
  return { name, creative: { title, body, callToAction: 'SHOP_NOW', form }, dailyBudget, ...rates };
}

const promoting = (event: string) => ({
  optimization_goal: 'OFFSITE_CONVERSIONS',
  promoted_object: { pixel_id: '2002', custom_event_type: event },
});
const SALES = promoting('PURCHASE');
const LEADS = promoting('LEAD');
const MANY_SALES = { trueConversionRate: 0.2 };

/** Campaigns whose ad sets differ only in their ad: each is a test to start. */
export const UNTESTED: readonly CampaignPlan[] = [
  {
    name: 'Winter jackets',
    ads: [
      ad('Jackets, warmth', 'Warm at minus twenty', 'Down that keeps its loft.', { trueClickRate: 0.019 }),
      ad('Jackets, weight', '480 grams against the winter', 'Forget that you wear it.', {
        ...{ trueClickRate: 0.025, form: 'video' },
      }),
    ],
  },
  {
    name: 'Trail shoes',
    ads: [
      ad('Trail, grip', 'Grip on wet rock', 'Lugs cut for mud.', { trueClickRate: 0.022, form: 'carousel' }),
      ad('Trail, review', '“Best shoe I ran in”', 'What 2,000 runners say.', { trueClickRate: 0.026 }),
      ad('Trail, photo', 'Made for the last kilometre', 'Tested on the Ultra.', { trueClickRate: 0.02 }),
    ],
  },
  {
    name: 'Running socks',
    ads: [
      ad('Socks, three pack', 'Three pairs, one price', 'No blisters or your money back.', {
        trueClickRate: 0.016,
      }),
      ad('Socks, blister', 'No blisters. Promise.', 'Seamless toes.', { trueClickRate: 0.0165 }),
    ],
  },
  {
    name: 'Yoga mats',
    adSets: SALES,
    ads: [
      ad('Mats, colour', 'A mat in your colour', 'Eleven of them.', { trueClickRate: 0.02, ...MANY_SALES }),
      ad('Mats, cork', 'Cork that never slips', 'Grows back every nine years.', {
        trueClickRate: 0.021,
        trueConversionRate: 0.26,
      }),
    ],
  },
  {
    name: 'Water bottles',
    ads: [
      ad('Bottle, cold', 'Cold for 24 hours', 'Two walls of steel.', { trueClickRate: 0.018 }),
      ad('Bottle, leak', 'Throw it in your bag', 'It does not leak.', { trueClickRate: 0.023 }),
    ],
  },
  {
    name: 'Backpacks',
    adSets: { optimization_goal: 'LANDING_PAGE_VIEWS' },
    ads: [
      ad('Backpack, office', 'From desk to summit', 'One pack for both.', { trueClickRate: 0.021 }),
      ad('Backpack, laptop', 'A laptop and a tent', 'Twenty-eight litres.', { trueClickRate: 0.019 }),
    ],
  },
  {
    name: 'Headlamps',
    ads: [
      ad('Headlamp, range', '120 metres of light', 'On one charge, all night.', { trueClickRate: 0.017 }),
      ad('Headlamp, weight', 'Lighter than your phone', '38 grams.', { trueClickRate: 0.021 }),
    ],
  },
  {
    name: 'Bike lights',
    adSets: SALES,
    ads: [
      ad('Lights, safety', 'Be seen from 500 metres', 'Brake light inside.', {
        trueClickRate: 0.02,
        ...MANY_SALES,
      }),
      ad('Lights, price', 'Two lights, one price', 'Front and rear.', {
        trueClickRate: 0.022,
        ...MANY_SALES,
      }),
    ],
  },
  {
    name: 'Swimwear',
    ads: [
      ad('Swim, lanes', 'Made for a thousand lanes', 'Chlorine does nothing to it.', { trueClickRate: 0.02 }),
      ad('Swim, ocean', 'Made from old nets', 'Spun from what we fished out.', { trueClickRate: 0.027 }),
    ],
  },
  {
    name: 'Hiking poles',
    adSets: LEADS,
    ads: [
      ad('Poles, carbon', 'Carbon at the price of steel', 'Folds to 36 cm.', { trueClickRate: 0.019 }),
      ad('Poles, knees', 'Your knees will thank you', 'A third less load downhill.', {
        trueClickRate: 0.0255,
      }),
    ],
  },
  {
    name: 'Thermal flasks',
    ads: [
      ad('Flask, tea', 'Hot tea at the top', 'Twelve hours.', { trueClickRate: 0.018 }),
      ad('Flask, gift', 'A gift that stays warm', 'Engraved for free.', { trueClickRate: 0.0185 }),
    ],
  },
  {
    name: 'Kids’ boots',
    ads: [
      ad('Boots, puddles', 'Puddles welcome', 'Dry feet, whatever they find.', { trueClickRate: 0.021 }),
      ad('Boots, grow', 'They grow. So does the boot.', 'Two sizes in one.', { trueClickRate: 0.028 }),
    ],
  },
  {
    name: 'Climbing chalk',
    ads: [
      ad('Chalk, dry', 'Dry hands to the top', 'Nothing but magnesium.', {
        trueClickRate: 0.004,
        dailyBudget: 300,
      }),
      ad('Chalk, plastic free', 'Chalk without plastic', 'In a paper bag.', {
        trueClickRate: 0.005,
        dailyBudget: 300,
      }),
    ],
  },
];

const CLICKS = { trueClickRate: 0.02, dailyBudget: 2_000 };

/** Campaigns of ads that fit no test: one per main reason. Each changes the account after the creation. */
const UNFIT: readonly (CampaignPlan & {
  change(
    market: Changes,
    made: { campaignId: string; adSetIds: string[]; adIds: string[] },
    now: number,
  ): Promise<void>;
})[] = [
  {
    name: 'Sunglasses: two ads in one ad set',
    ads: [ad('Sunglasses, mirror', 'See the mountain twice', 'Mirrored.', CLICKS)],
    async change(market, { adSetIds }) {
      const { dailyBudget: _, ...second } = ad('Sunglasses, light', '19 grams', 'You forget them.', CLICKS);
      await market.addAd({ adSetId: adSetIds[0]!, ...second });
    },
  },
  {
    name: 'Gloves: a campaign budget',
    ads: [
      ad('Gloves, touch', 'Type with them on', 'On every screen.', CLICKS),
      ad('Gloves, wool', 'Wool inside', 'Merino.', CLICKS),
    ],
    change: (market, { campaignId }) => market.edit(campaignId, { daily_budget: 4_000 }),
  },
  {
    name: 'Hats: a lifetime budget',
    ads: [ad('Hats, felt', 'Felt that folds', 'And unfolds.', CLICKS)],
    change: (market, { adSetIds }, now) =>
      market.edit(adSetIds[0]!, { daily_budget: null, lifetime_budget: 90_000, end_time: now + 45 * DAY_MS }),
  },
  {
    name: 'Race day: ends soon',
    ads: [
      ad('Race day, number', 'Your number waits', 'Sign up by Sunday.', CLICKS),
      ad('Race day, finish', 'See you at the finish', 'Ten kilometres.', CLICKS),
    ],
    async change(market, { campaignId }, now) {
      await market.edit(campaignId, { stop_time: now + 9 * DAY_MS });
    },
  },
  {
    name: 'Ski wax: turned off',
    ads: [
      ad('Wax, cold', 'For real cold', 'Minus twelve and below.', CLICKS),
      ad('Wax, spring', 'For spring snow', 'Wet and fast.', CLICKS),
    ],
    async change(market, { adSetIds }) {
      for (const id of adSetIds) await market.edit(id, { status: 'PAUSED' });
    },
  },
  {
    name: 'Tents: different audiences',
    ads: [
      ad('Tents, family', 'Room for five', 'And the dog.', CLICKS),
      ad('Tents, solo', '900 grams for one', 'Up in two minutes.', CLICKS),
    ],
    change: (market, { adSetIds }) =>
      market.edit(adSetIds[1]!, {
        targeting: { age_min: 18, age_max: 34, geo_locations: { countries: ['CA'] } },
      }),
  },
  {
    name: 'Compasses: nothing to compare with',
    ads: [ad('Compass', 'No battery needed', 'It just points north.', CLICKS)],
    change: async () => {},
  },
];

type Changes = Pick<Market, 'createTest' | 'addAd' | 'edit' | 'tests'>;

/** Makes the campaigns that the account lacks. A start that was cut short leaves at most one incomplete. */
export async function prepareUntestedAds(market: Changes, now: number): Promise<void> {
  const known = new Set((await market.tests()).map(({ name }) => name));
  const since = now - RUN_FOR_DAYS * DAY_MS;
  const make = ({ name, ads }: CampaignPlan) =>
    market.createTest({ name, since, ads: ads satisfies MarketAdSpec[] });
  for (const plan of UNTESTED) {
    if (known.has(plan.name)) continue;
    const { adSetIds } = await make(plan);
    if (plan.adSets) for (const id of adSetIds) await market.edit(id, plan.adSets);
  }
  for (const plan of UNFIT) {
    if (known.has(plan.name)) continue;
    await plan.change(market, await make(plan), now);
  }
}
