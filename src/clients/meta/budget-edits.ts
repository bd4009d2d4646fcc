import type { AdAccount } from 'facebook-nodejs-business-sdk';
import { invalid } from './errors.js';
import { Fields, isObjectId } from './fields.js';
import { allRows } from './paging.js';
import { type BudgetEdit, MetaError } from './types.js';

const ENTRIES_A_PAGE = 100;
const FIELDS = ['event_type', 'event_time', 'actor_name', 'application_name', 'object_id', 'extra_data'];
const BUDGET_EDIT = 'update_ad_set_budget';

/**
 * See {@link MetaClient.getBudgetEdits}. The account's activity log, which knows whole seconds and gives the newest
 * first. Without `since` and `until` it holds a week.
 */
export async function readBudgetEdits(
  account: AdAccount,
  query: { adSetId: string; since: number; now: number },
): Promise<BudgetEdit[]> {
  const { adSetId, since, now } = query;
  if (!isObjectId(adSetId)) throw invalid("An id of Meta's is a string of digits.");
  if (!Number.isSafeInteger(since)) throw invalid('The start of budget edits is an integer, epoch ms.');
  const first = Math.floor(since / 1000);
  const params = { oid: adSetId, since: first, until: Math.ceil(now / 1000) + 1, limit: ENTRIES_A_PAGE };
  const subject = `activities of ad set ${adSetId}`;
  const edits = (await allRows(account.getActivities(FIELDS, params, false), subject)).flatMap((row) => {
    const entry = row as Record<string, unknown>;
    // The log's own filter is trusted to leave out too little, never too much.
    if (entry.event_type !== BUDGET_EDIT || (entry.object_id ?? adSetId) !== adSetId) return [];
    const at = instantOf(subject, entry);
    if (at === null || at < first * 1000) return [];
    const { old_value: before, new_value: after } = objectOf(entry.extra_data);
    const edit: BudgetEdit = {
      at,
      actor: textOf(entry.actor_name),
      application: textOf(entry.application_name),
      before: dailyAmountOf(before),
      after: dailyAmountOf(after),
    };
    return [edit];
  });
  // Reversed first: entries of one second stay in their order.
  return edits.reverse().sort((a, b) => a.at - b.at);
}

function instantOf(subject: string, entry: Record<string, unknown>): number | null {
  try {
    return new Fields(subject, entry).instant('event_time');
  } catch (error) {
    if (error instanceof MetaError) return null;
    throw error;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** `extra_data` is a text of JSON, of no documented form. */
function objectOf(value: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * Minor units from a plain amount (`5000`, `"5000"`) or one with its kind (`{"old_value": 5000, "type": "Per day"}`);
 * null from anything else, a lifetime budget's among them. Both forms were seen in public clients' records of the log.
 */
function dailyAmountOf(value: unknown): number | null {
  if (typeof value === 'object' && value !== null) {
    const { old_value, new_value, ...kind } = value as Record<string, unknown>;
    if (Object.values(kind).some((text) => /lifetime/i.test(String(text)))) return null;
    return plainAmountOf(old_value ?? new_value);
  }
  return plainAmountOf(value);
}

function plainAmountOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
