import { Campaign } from 'facebook-nodejs-business-sdk';
import { invalid } from './errors.js';
import { Fields, isObjectId } from './fields.js';
import type { GraphApi } from './graph-api.js';
import { allRows } from './paging.js';

/** See {@link MetaClient.getCampaignSpend}. @throws MetaError */
export async function readCampaignSpend(api: GraphApi, id: string): Promise<number> {
  if (!isObjectId(id)) throw invalid("An id of Meta's is a string of digits.");
  const campaign = new Campaign(id, {}, undefined, api);
  const subject = `spend of campaign ${id}`;
  const params = { level: 'campaign', date_preset: 'maximum' };
  const rows = await allRows(campaign.getInsights(['spend', 'account_currency'], params, false), subject);
  // Nothing has been delivered.
  if (rows.length === 0) return 0;
  const fields = new Fields(subject, rows[0]);
  if (rows.length > 1) throw fields.wrong('spend');
  return fields.money('spend', fields.currencyOffset('account_currency'));
}
