import type { NamedToken } from '../api/http/tokens.js';
import { readAccountList } from '../clients/meta/account-list.js';
import type { Given } from './fields.js';
import { contentOf } from './file.js';

/** The accounts of META_ACCOUNTS_FILE. Adds a sentence to `problems` for each setting that doesn't fit. */
export function accountsOf(e: Given, tokens: readonly NamedToken[], problems: string[]) {
  const setting = 'META_ACCOUNTS_FILE';
  const { META_ACCOUNTS_FILE: file, META_AD_ACCOUNT_ID: chosen } = e;
  if (file === undefined) return [];
  if (e.MODE !== 'live') problems.push(`${setting} needs MODE=live; a sandbox has SANDBOX_ACCOUNTS.`);
  for (const name of ['META_ACCESS_TOKEN', 'META_APP_SECRET', 'ACCOUNT_ENVELOPE'] as const)
    if (e[name] !== undefined) problems.push(`Leave out ${name}: each account of ${setting} has its own.`);
  const content = contentOf(setting, file, problems);
  if (content === null) return [];
  const read = readAccountList(setting, content);
  problems.push(...read.problems);
  if (read.problems.length > 0) return [];
  const ids = read.accounts.map(({ accountId }) => accountId);
  if (chosen !== undefined && !ids.includes(chosen))
    problems.push(`META_AD_ACCOUNT_ID must be one of the accounts of ${setting}.`);
  const unknown = tokens.filter(({ accounts }) => accounts?.some((id) => !ids.includes(id)));
  for (const { name } of unknown)
    problems.push(`The token of ${name} is for an account that ${setting} does not have.`);
  return read.accounts.filter(({ accountId }) => chosen === undefined || accountId === chosen);
}
