import { mayUse, type NamedToken } from '../api/http/tokens.js';
import { readAccountList } from '../clients/meta/account-list.js';
import type { Given } from './fields.js';
import { contentOf } from './file.js';

/** The setting that lists the accounts; null: neither is set. */
export function accountSetting(e: Given): 'META_ACCOUNTS' | 'META_ACCOUNTS_FILE' | null {
  if (e.META_ACCOUNTS_FILE !== undefined) return 'META_ACCOUNTS_FILE';
  return e.META_ACCOUNTS === undefined ? null : 'META_ACCOUNTS';
}

/** The accounts of META_ACCOUNTS or META_ACCOUNTS_FILE. Adds a sentence to `problems` for each setting that doesn't fit. */
export function accountsOf(e: Given, tokens: readonly NamedToken[], problems: string[]) {
  const setting = accountSetting(e);
  const { META_ACCOUNTS: list, META_ACCOUNTS_FILE: file, META_AD_ACCOUNT_ID: chosen } = e;
  if (setting === null) return [];
  if (list !== undefined && file !== undefined)
    problems.push('Set META_ACCOUNTS or META_ACCOUNTS_FILE, not both.');
  if (e.MODE !== 'live') problems.push(`${setting} needs MODE=live; a sandbox has SANDBOX_ACCOUNTS.`);
  for (const name of ['META_ACCESS_TOKEN', 'META_APP_SECRET', 'ACCOUNT_ENVELOPE', 'BRAND_NAMES'] as const)
    if (e[name] !== undefined) problems.push(`Leave out ${name}: each account of ${setting} has its own.`);
  const content = file === undefined ? list : contentOf(setting, file, problems);
  if (content === undefined || content === null) return [];
  const read = readAccountList(setting, content);
  problems.push(...read.problems);
  if (read.problems.length > 0) return [];
  const ids = read.accounts.map(({ accountId }) => accountId);
  if (chosen !== undefined && !ids.includes(chosen))
    problems.push(`META_AD_ACCOUNT_ID must be one of the accounts of ${setting}.`);
  const unknown = tokens.filter(({ accounts }) => accounts?.some((id) => !ids.includes(id)));
  for (const { name } of unknown)
    problems.push(`The token of ${name} is for an account that ${setting} does not have.`);
  for (const { accountId } of tokens.length > 0 ? read.accounts : [])
    if (!tokens.some((token) => token.role === 'admin' && mayUse(token, accountId)))
      problems.push(
        `No admin's token may use the account ${accountId}: nobody could release its kill switch.`,
      );
  return read.accounts.filter(({ accountId }) => chosen === undefined || accountId === chosen);
}
