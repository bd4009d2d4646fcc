import { editEvent } from './edits.js';
import type { MarketEvent } from './events.js';
import type { Fault } from './faults.js';
import { TRUE_CLICK_RATE, trueClickRateOf } from './objects.js';
import type { AdTruth, AuditRow, FaultOrder, Market, MarketAdSpec, MarketTest } from './types.js';
import type { World } from './world.js';

const DEFAULT_CONVERSION_RATE = 0.05;

/** The market's own controls: the acts of a marketer, of a user of Ads Manager, and of chance. */
export class Controls {
  constructor(readonly world: World) {}

  /** Rejects with RangeError if `since` is in the future, or if an ad has neither a click rate nor a creative. */
  createTest({
    name,
    ads,
    segments,
    since,
    baseClickRate,
  }: Parameters<Market['createTest']>[0]): Promise<MarketTest> {
    return this.world.change((at) => {
      if (since !== undefined && since > at) throw new RangeError('a test begins now or has begun before');
      ads.forEach((ad, index) => void requireRate(ad, `ads[${index}]`));
      const campaignId = this.world.newId('object');
      const created = ads.map((ad) => ({
        adSetId: this.world.newId('object'),
        adId: this.world.newId('object'),
        creativeId: this.world.newId('object'),
        name: ad.name,
        dailyBudget: ad.dailyBudget,
        ...rateOf(ad, baseClickRate ?? null),
        trueConversionRate: ad.trueConversionRate ?? DEFAULT_CONVERSION_RATE,
        ...(segments && { segments }),
        ...(ad.creative && { creative: ad.creative }),
      }));
      return {
        events: [{ type: 'test', at, name, campaignId, ads: created, ...(since !== undefined && { since }) }],
        result: {
          campaignId,
          adSetIds: created.map(({ adSetId }) => adSetId),
          adIds: created.map(({ adId }) => adId),
        },
      };
    });
  }

  /** Adds an ad to an existing ad set, whose active ads share the budget equally. */
  addAd(spec: Omit<MarketAdSpec, 'dailyBudget'> & { adSetId: string }): Promise<{ adId: string }> {
    return this.world.change((at) => {
      const adSet = this.world.objects.get(spec.adSetId);
      if (adSet?.kind !== 'adset') throw new RangeError(`no ad set ${spec.adSetId}`);
      requireRate(spec, 'the ad');
      const ad = {
        adSetId: spec.adSetId,
        adId: this.world.newId('object'),
        creativeId: this.world.newId('object'),
        name: spec.name,
        dailyBudget: null,
        ...rateOf(spec, adSet.children[0]?.truth?.baseClickRate ?? null),
        trueConversionRate: spec.trueConversionRate ?? DEFAULT_CONVERSION_RATE,
        ...(spec.creative && { creative: spec.creative }),
      };
      return { events: [{ type: 'ad', at, ad }], result: { adId: ad.adId } };
    });
  }

  order(order: FaultOrder): Promise<string> {
    return this.world.change((at) => {
      const id = this.world.newId('fault');
      return { events: [{ type: 'fault', at, id, order }], result: id };
    });
  }

  /** Rejects with RangeError for an unknown id. */
  withdraw(faultId?: string): Promise<void> {
    return this.world.change((at) => {
      if (faultId !== undefined && !this.world.faults.has(faultId))
        throw new RangeError(`no fault ${faultId}`);
      const events: MarketEvent[] = [{ type: 'withdraw', at, id: faultId ?? null }];
      return { events, result: undefined };
    });
  }

  faults(): Fault[] {
    return this.world.faults.list();
  }

  /** Rejects with RangeError for an unknown object, field or value. */
  edit(objectId: string, fields: Record<string, unknown>, actor?: string): Promise<void> {
    return this.world.change((at) => ({
      events: [editEvent(this.world, { objectId, fields, actor }, at)],
      result: undefined,
    }));
  }

  /** Rejects with RangeError for an unknown ad. Graph can neither read nor write the rate. */
  setTruth(adId: string, trueClickRate: number): Promise<void> {
    return this.world.change((at) => {
      if (this.world.objects.get(adId)?.kind !== 'ad') throw new RangeError(`no ad ${adId}`);
      const fields = { [TRUE_CLICK_RATE]: trueClickRate };
      const event = { type: 'change', at, objectId: adId, fields, effectiveAt: at } as const;
      return { events: [{ ...event, audit: null, tally: null }], result: undefined };
    });
  }

  async audit(): Promise<AuditRow[]> {
    return this.world.audit.map((row) => ({ ...row }));
  }

  /** Daily budgets now, of all ad sets or of the given ones. Rejects with RangeError for an unknown ad set. */
  async budgets(adSetIds?: string[]): Promise<Record<string, number>> {
    const now = await this.world.asOf();
    const ids = adSetIds ?? this.world.accountNode.descendants('adset').map(({ id }) => id);
    return Object.fromEntries(
      ids.map((id) => {
        const adSet = this.world.objects.get(id);
        if (adSet?.kind !== 'adset') throw new RangeError(`no ad set ${id}`);
        return [id, adSet.number('daily_budget', now) ?? 0];
      }),
    );
  }

  async tests(): Promise<(MarketTest & { name: string })[]> {
    const now = await this.world.asOf();
    return this.world.accountNode.children.map((campaign) => ({
      campaignId: campaign.id,
      name: campaign.text('name', now),
      adSetIds: campaign.children.map(({ id }) => id),
      adIds: campaign.descendants('ad').map(({ id }) => id),
    }));
  }

  async truth(): Promise<AdTruth[]> {
    const now = await this.world.asOf();
    return this.world.accountNode.descendants('ad').map((ad) => ({
      adId: ad.id,
      adSetId: ad.ancestor('adset').id,
      campaignId: ad.ancestor('campaign').id,
      name: ad.text('name', now),
      trueClickRate: trueClickRateOf(ad, now),
      trueConversionRate: ad.truth?.conversionRate ?? 0,
    }));
  }

  async state() {
    const { account, seed } = this.world;
    return { account, seed, now: await this.world.asOf() };
  }
}

function requireRate({ trueClickRate, creative }: Partial<MarketAdSpec>, name: string): void {
  if (trueClickRate === undefined && creative === undefined)
    throw new RangeError(`${name} must have trueClickRate, or a creative from whose texts it follows`);
}

function rateOf(
  { trueClickRate }: Partial<MarketAdSpec>,
  baseClickRate: number | null,
): { trueClickRate?: number; baseClickRate?: number } {
  if (trueClickRate !== undefined) return { trueClickRate };
  return baseClickRate === null ? {} : { baseClickRate };
}
