import { invalid } from './errors.js';
import { FieldReader, requireId } from './field-reader.js';
import type { Sdk } from './sdk.js';
import { type BudgetEdit, MetaError } from './types.js';

const ROWS_PER_PAGE = 100;
const BUDGET_EDIT = 'update_ad_set_budget';

/**
 * See {@link MetaClient.getBudgetEdits}. Reads the account's activity log, which gives whole seconds and lists the
 * newest entry first. Without `since` and `until` the log covers one week.
 */
export async function readBudgetEdits(
  sdk: Sdk,
  accountId: string,
  query: { adSetId: string; since: number; now: number },
): Promise<BudgetEdit[]> {
  const { since, now } = query;
  const adSetId = requireId(query.adSetId);
  if (!Number.isSafeInteger(since)) throw invalid('The start of budget edits is an integer, epoch ms.');
  const first = Math.floor(since / 1000);
  const subject = `activities of ad set ${adSetId}`;
  const rows = await sdk.list('account', accountId, 'getActivities', {
    fields: ['event_type', 'event_time', 'actor_name', 'application_name', 'object_id', 'extra_data'],
    params: { oid: adSetId, since: first, until: Math.ceil(now / 1000) + 1, limit: ROWS_PER_PAGE },
    subject,
  });
  const edits = rows.flatMap((row) => {
    const entry = objectOf(row);
    // Check the log's own filter: it may let other entries pass, though it never drops one of ours.
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
  // Reverse first: the sort is stable, so entries of the same second keep their order.
  return edits.reverse().sort((a, b) => a.at - b.at);
}

function instantOf(subject: string, entry: Record<string, unknown>): number | null {
  try {
    return new FieldReader(subject, entry).instant('event_time');
  } catch (error) {
    if (error instanceof MetaError) return null;
    throw error;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** `extra_data` is JSON text in no documented form. */
function objectOf(value: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * Minor units from a plain amount (`5000`, `"5000"`) or an amount with its kind
 * (`{"old_value": 5000, "type": "Per day"}`); null from anything else, such as a lifetime budget. Both forms occur in
 * public clients' recordings of the log.
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
