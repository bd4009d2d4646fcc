import { describe, expect, it } from 'vitest';
import { NOTHING_DELIVERED } from '../../../src/domain/metric.js';
import { findProposals } from '../../../src/domain/setup/proposals.js';
import { PLAIN_SETTINGS } from '../../support/ad-set-settings.js';
import { type AdSpec, accountOf, CAMPAIGN, campaignNamed, DAY, NOW } from './support.js';

const impressions = (count: number) => ({ delivered: { ...NOTHING_DELIVERED, impressions: count } });
const elsewhere = { ...PLAIN_SETTINGS, targeting: { geo_locations: { countries: ['CA'] } } };

function misfits(ads: AdSpec[], more: Parameters<typeof accountOf>[1] = {}) {
  const { unfit } = findProposals(accountOf(ads, more));
  return Object.fromEntries(unfit.map(({ ad, misfits }) => [ad.name, misfits]));
}
const codes = (...given: Parameters<typeof misfits>) =>
  Object.fromEntries(
    Object.entries(misfits(...given)).map(([name, all]) => [name, all.map(({ code }) => code)]),
  );

describe('a proposal', () => {
  it('joins the ad sets of one campaign that differ only in their ad, and no others', () => {
    const { proposals, unfit } = findProposals(
      accountOf([
        { name: 'A' },
        { name: 'B' },
        { name: 'C' },
        { name: 'Canada 1', adSet: { settings: elsewhere } },
        { name: 'Canada 2', adSet: { settings: elsewhere } },
        { name: 'X', campaign: campaignNamed('Summer') },
        { name: 'Y', campaign: campaignNamed('Summer') },
      ]),
    );
    expect(unfit).toEqual([]);
    expect(proposals.map(({ variants }) => variants.map(({ ad }) => ad.name))).toEqual([
      ['A', 'B', 'C'],
      ['Canada 1', 'Canada 2'],
      ['X', 'Y'],
    ]);
    expect(proposals[0]).toMatchObject({
      name: 'Winter: A against 2 other ads',
      variants: [{ role: 'control' }, { role: 'challenger' }, { role: 'challenger' }],
    });
    expect(proposals[2]!.name).toBe('Summer: X against Y');
  });

  it('have names that no earlier test has', () => {
    const named = (...used: string[]) =>
      findProposals({ ...accountOf([{ name: 'A' }, { name: 'B' }]), usedNames: new Set(used) }).proposals[0]!
        .name;
    const first = named();
    expect(first).toBe('Winter: A against B');
    expect(named('Winter')).toBe('A against B');
    expect(named(first)).toBe(`${first} (2)`);
    expect(named(first, `${first} (2)`)).toBe(`${first} (3)`);
  });

  it('has the oldest ad as its control, or the first of those that are as old, whatever they delivered', () => {
    const [byAge] = findProposals(
      accountOf([
        { name: 'new', ad: { ...impressions(9_000), createdAt: NOW - 2 * DAY } },
        { name: 'old', ad: { ...impressions(10), createdAt: NOW - 40 * DAY } },
      ]),
    ).proposals;
    expect(byAge!.variants[0]!.ad.name).toBe('old');
    expect(byAge!.controlWhy).toBe('“old” is the control because it is the oldest ad.');
    const [byId] = findProposals(
      accountOf([
        { name: 'less', ad: impressions(10) },
        { name: 'more', ad: { ...impressions(20), createdAt: NOW - 30 * DAY + 3_600_000 } },
        { name: 'most, but new', ad: { ...impressions(90), createdAt: NOW - 3 * DAY } },
      ]),
    ).proposals;
    expect(byId!.variants[0]!.ad.name).toBe('less');
    expect(byId!.controlWhy).toContain('it comes first by its id');
  });

  it('has six ads at most; the least shown ones wait', () => {
    const ads = Array.from({ length: 8 }, (_, i) => ({ name: `ad ${i}`, ad: impressions(100 - i) }));
    const { proposals, unfit } = findProposals(accountOf(ads));
    expect(proposals.map(({ variants }) => variants.length)).toEqual([6]);
    expect(unfit.map(({ ad, misfits }) => [ad.name, misfits[0]!.code])).toEqual([
      ['ad 6', 'too_many_ads'],
      ['ad 7', 'too_many_ads'],
    ]);
  });

  it.each([
    ['LINK_CLICKS', null, 0, 'click_through_rate', 'for link clicks'],
    ['REACH', null, 0, 'click_through_rate', 'for REACH'],
    [null, null, 0, 'click_through_rate', 'a goal that it does not name'],
    [
      'OFFSITE_CONVERSIONS',
      'purchase',
      10,
      'cost_per_conversion',
      'for the event purchase, so what one costs',
    ],
    ['OFFSITE_CONVERSIONS', 'lead', 10, 'cost_per_conversion', 'for the event lead, so what one costs'],
    ['OFFSITE_CONVERSIONS', 'purchase', 1, 'click_through_rate', 'had it once in the last 7 days'],
    ['OFFSITE_CONVERSIONS', 'purchase', 0, 'click_through_rate', 'had it not once in the last 7 days'],
    ['OFFSITE_CONVERSIONS', null, 10, 'click_through_rate', 'whose event is not known'],
    ['VALUE', 'purchase', 10, 'return_on_ad_spend', 'what the ads bring in'],
    ['APP_INSTALLS', 'app_install', 10, 'cost_per_conversion', 'the event app install'],
  ])(
    'is decided by what Meta optimises for: %s, %s, %i times',
    (goal, event, conversions, objective, why) => {
      const ad = { delivered: { ...NOTHING_DELIVERED, impressions: 100, conversions } };
      const adSet = { resultEvent: event, settings: { ...PLAIN_SETTINGS, optimizationGoal: goal } };
      const [proposal] = findProposals(
        accountOf([
          { name: 'A', ad, adSet },
          { name: 'B', ad, adSet },
        ]),
      ).proposals;
      expect(proposal).toMatchObject({ objective, conversionEvent: event });
      expect(proposal!.objectiveWhy).toContain(why);
    },
  );

  it('counts no event if its ad sets promote different ones', () => {
    const settings = { ...PLAIN_SETTINGS, optimizationGoal: 'OFFSITE_CONVERSIONS' };
    const [proposal] = findProposals(
      accountOf([
        { name: 'A', adSet: { settings, resultEvent: 'lead' } },
        { name: 'B', adSet: { settings, resultEvent: 'purchase' } },
      ]),
    ).proposals;
    expect(proposal).toMatchObject({ objective: 'click_through_rate', conversionEvent: null });
  });
});

describe('an ad that fits no test', () => {
  it('shares its ad set with another active ad', () => {
    const found = misfits([
      { name: 'A', set: 'one' },
      { name: 'B', set: 'one' },
      { name: 'off', set: 'one', ad: { effectiveStatus: 'PAUSED' } },
    ]);
    expect(found.A![0]).toMatchObject({
      code: 'several_active_ads',
      message: expect.stringContaining('also has the active ad “B”'),
      cure: expect.stringContaining('duplicate the ad set once for each further ad'),
    });
    expect(found.off![0]).toMatchObject({
      code: 'ad_not_active',
      cure: expect.stringMatching(/^Leave it off here/),
    });
  });

  it('has a budget that a test cannot move, or an end', () => {
    const budget = campaignNamed('With a budget', { dailyBudget: 10_000 });
    const ending = campaignNamed('Ending', { stopTime: NOW + DAY });
    const found = misfits([
      { name: 'campaign', campaign: budget, adSet: { dailyBudget: null } },
      { name: 'lifetime', adSet: { dailyBudget: null, lifetimeBudget: 90_000, endTime: NOW + 40 * DAY } },
      { name: 'ends', adSet: { endTime: NOW + 5 * DAY } },
      { name: 'campaign ends', campaign: ending },
      { name: 'scheduled', adSet: { hasBudgetSchedule: true } },
      { name: 'none', adSet: { dailyBudget: null } },
    ]);
    expect(Object.fromEntries(Object.entries(found).map(([name, [one]]) => [name, one!.code]))).toEqual({
      campaign: 'campaign_budget',
      lifetime: 'lifetime_budget',
      ends: 'ends_too_early',
      'campaign ends': 'ends_too_early',
      scheduled: 'budget_schedule',
      none: 'no_daily_budget',
    });
    expect(found.campaign![0]!.cure).toContain('turn off “Advantage campaign budget”');
    expect(found.ends![0]!.message).toContain(
      'ad set ends on 2026-11-28, before the planned end of a test, 2026-12-21',
    );
    expect(found['campaign ends']![0]!.cure).toContain('end date of the campaign');
  });

  it.each([
    ['PAUSED', 'turned off', 'turn it on'],
    ['ADSET_PAUSED', 'because its ad set is', 'turn the ad set on'],
    ['CAMPAIGN_PAUSED', 'because its campaign is', 'turn the campaign on'],
    ['PENDING_REVIEW', 'being reviewed', 'Wait until Meta has finished'],
    ['DISAPPROVED', 'rejected', 'read what Meta objects to'],
    ['SOMETHING_NEW', 'has the status SOMETHING_NEW', 'turn it on'],
  ])('is not active: %s', (effectiveStatus, message, cure) => {
    const [misfit, ...others] = misfits([
      { name: 'A', ad: { effectiveStatus }, adSet: { effectiveStatus: 'PAUSED' } },
    ]).A!;
    expect(others).toEqual([]);
    expect(misfit).toMatchObject({
      code: 'ad_not_active',
      message: expect.stringContaining(message),
      cure: expect.stringContaining(cure),
    });
  });

  it('is in a running test, alone in its campaign, or unlike the others', () => {
    const other = campaignNamed('Other');
    const found = misfits(
      [
        { name: 'taken' },
        { name: 'alone', campaign: other },
        { name: 'US' },
        { name: 'Canada', adSet: { settings: elsewhere } },
      ],
      { leases: new Map([['s-taken', { experimentId: 'x', name: 'Hooks' }]]) },
    );
    expect(found.taken).toEqual([
      {
        code: 'in_running_test',
        message: 'Its ad set is part of the running test “Hooks”.',
        cure: 'Wait until that test has ended, or stop it.',
      },
    ]);
    expect(found.alone![0]!.code).toBe('nothing_to_compare');
    expect(found.US![0]).toMatchObject({
      code: 'ad_sets_differ',
      message: expect.stringContaining('“US (ad set)” differs from that of “Canada (ad set)” in targeting'),
    });
  });

  it('has all its reasons at once, and an account that is not active is one', () => {
    const account = { ...accountOf([]).account, status: 3 };
    expect(
      codes([{ name: 'A', adSet: { hasBudgetSchedule: true, endTime: NOW } }, { name: 'B' }], { account }),
    ).toEqual({
      A: ['account_not_active', 'budget_schedule', 'ends_too_early'],
      B: ['account_not_active'],
    });
    const facts = accountOf([{ name: 'A' }]);
    facts.found.adSets = [];
    expect(findProposals(facts).unfit[0]!.misfits[0]!.code).toBe('ad_set_unknown');
    expect(CAMPAIGN.name).toBe('Winter');
  });
});
