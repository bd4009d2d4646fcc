import { describe, expect, it } from 'vitest';
import { readSetting, type SettingReader } from '../../../src/clients/meta/look-setting.js';
import { MetaError } from '../../../src/clients/meta/types.js';
import type { AdSetSettings } from '../../../src/domain/comparability.js';
import type { MetaErrorKind } from '../../../src/domain/rollout/obstacle.js';
import { PLAIN_SETTINGS } from '../../support/ad-set-settings.js';

const NOW = Date.UTC(2026, 10, 23);

const VARIANTS = [
  { id: 'control', adSetId: '1' },
  { id: 'c1', adSetId: '2' },
];

function refusal(kind: MetaErrorKind): MetaError {
  const nothing = { httpStatus: null, code: null, subcode: null, traceId: null, retryAfterMs: null };
  return new MetaError(kind, kind, { ...nothing, outcome: 'not_applied' });
}

function meta(
  studies: Record<string, string[] | MetaErrorKind>,
  budgets: Record<string, number | null | MetaErrorKind> = { 1: 5_000, 2: 7_000 },
  settings: Record<string, AdSetSettings> = {},
  campaigns: Record<string, { of: string[]; sharing: boolean | MetaErrorKind }> = {},
): SettingReader {
  const campaignOf = (adSetId: string) =>
    Object.keys(campaigns).find((id) => campaigns[id]!.of.includes(adSetId)) ?? '3';
  return {
    async getCampaign(id) {
      const sharing = campaigns[id]?.sharing ?? false;
      if (typeof sharing === 'string') throw refusal(sharing);
      return {
        ...{ id, name: '', status: 'ACTIVE', effectiveStatus: 'ACTIVE', adSetBudgetSharing: sharing },
        ...{ dailyBudget: null, lifetimeBudget: null, spendCap: null, startTime: null, stopTime: null },
      };
    },
    async getSplitTests(id) {
      const answer = studies[id] ?? [];
      if (typeof answer === 'string') throw refusal(answer);
      return answer;
    },
    async getAdSet(id) {
      const dailyBudget = budgets[id] ?? null;
      if (typeof dailyBudget === 'string') throw refusal(dailyBudget);
      return {
        ...{ id, name: '', campaignId: campaignOf(id), accountId: 'act_1' },
        ...{ status: 'ACTIVE', effectiveStatus: 'ACTIVE' },
        ...{
          dailyBudget,
          lifetimeBudget: null,
          endTime: null,
          hasBudgetSchedule: false,
          resultEvent: null,
          learningStage: null,
          lastSignificantEditAt: null,
          settings: settings[id] ?? PLAIN_SETTINGS,
        },
      };
    },
  };
}

describe('the setting of a look', () => {
  it("has today's budgets by variant", async () => {
    expect((await readSetting(meta({}), VARIANTS, NOW)).dailyBudgets).toEqual({ control: 5_000, c1: 7_000 });
    const gone = meta({}, { 1: 5_000, 2: 'not_found' });
    expect((await readSetting(gone, VARIANTS, NOW)).dailyBudgets).toEqual({ control: 5_000 });
    const none = meta({}, { 1: null, 2: 7_000 });
    expect((await readSetting(none, VARIANTS, NOW)).dailyBudgets).toEqual({ c1: 7_000 });
  });

  it.each([
    ['one study has all ad sets', { 1: ['8', '9'], 2: ['9'] }, true],
    ['each has a study of its own', { 1: ['8'], 2: ['9'] }, false],
    ['one has none', { 1: ['8'] }, false],
    ['none has any', {}, false],
    ['the token may not read one', { 1: ['8'], 2: 'permission' as const }, null],
    ['one read fails', { 1: 'transient' as const, 2: ['8'] }, null],
    ['all reads fail', { 1: 'auth' as const, 2: 'rate' as const }, null],
    ['one has none, and the read of the other fails', { 1: [], 2: 'transient' as const }, false],
  ])('says whether the test is randomised: %s', async (_, studies, randomised) => {
    expect((await readSetting(meta(studies), VARIANTS, NOW)).randomised).toBe(randomised);
  });

  it('has the differences between the ad sets which Meta could read', async () => {
    const other = { ...PLAIN_SETTINGS, optimizationGoal: 'OFFSITE_CONVERSIONS' };
    expect((await readSetting(meta({}), VARIANTS, NOW)).differences).toEqual([]);
    const { differences } = await readSetting(meta({}, undefined, { 2: other }), VARIANTS, NOW);
    expect(differences).toEqual([
      {
        variantId: 'c1',
        field: 'optimization_goal',
        message:
          'the ad set of c1 differs from that of control in optimisation goal (goal offsite conversions against link clicks)',
      },
    ]);
    const gone = meta({}, { 1: 5_000, 2: 'not_found' }, { 2: other });
    expect((await readSetting(gone, VARIANTS, NOW)).differences).toEqual([]);
  });

  it('has the optimisation goals of the ad sets which Meta could read', async () => {
    const other = { ...PLAIN_SETTINGS, optimizationGoal: 'OFFSITE_CONVERSIONS' };
    const setting = await readSetting(meta({}, undefined, { 2: other }), VARIANTS, NOW);
    expect(setting.optimizationGoals).toEqual({ control: 'LINK_CLICKS', c1: 'OFFSITE_CONVERSIONS' });
    const gone = meta({}, { 1: 5_000, 2: 'not_found' }, { 2: other });
    expect((await readSetting(gone, VARIANTS, NOW)).optimizationGoals).toEqual({ control: 'LINK_CLICKS' });
  });

  it('has the campaigns that share budgets, each once, if Meta could read them', async () => {
    const sharing = async (campaigns: Parameters<typeof meta>[3]) =>
      (await readSetting(meta({}, undefined, {}, campaigns), VARIANTS, NOW)).sharingCampaigns;
    expect(await sharing({})).toEqual([]);
    expect(await sharing({ 4: { of: ['1', '2'], sharing: true } })).toEqual(['4']);
    expect(await sharing({ 4: { of: ['1'], sharing: true }, 5: { of: ['2'], sharing: false } })).toEqual([
      '4',
    ]);
    expect(await sharing({ 4: { of: ['1', '2'], sharing: 'permission' } })).toEqual([]);
    await expect(sharing({ 4: { of: ['1', '2'], sharing: 'transient' } })).rejects.toThrow('transient');
  });

  it('fails if a later try may succeed', async () => {
    await expect(readSetting(meta({}, { 2: 'transient' }), VARIANTS, NOW)).rejects.toThrow('transient');
    await expect(readSetting(meta({}, { 1: 'auth' }), VARIANTS, NOW)).rejects.toThrow('auth');
  });
});
