import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, ConfigError, configOf, readConfig } from '../../src/config.js';

const TOKENS = JSON.stringify([
  { name: 'ada', role: 'admin', token: 'canary-of-ada-0123' },
  { name: 'bo', role: 'operator', token: 'canary-of-bo-01234', accounts: ['act_2'] },
]);
const NORTH = { account_id: 'act_1', name: 'Northwind', access_token: 'canary-north' };
const SOUTH = {
  account_id: 'act_2',
  name: 'Southwind',
  access_token: 'canary-south',
  app_secret: 'canary-secret',
  account_envelope: 250.5,
  brand_names: ['Southwind', 'South & Wind'],
  live_writes: true,
  hooks: [{ name: 'south', url: 'https://hooks.slack.com/services/T/B/canary' }],
};
const HOOKS = '[{"name": "desk", "url": "https://hooks.slack.com/services/T/B/x"}]';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-accounts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(accounts: unknown, more: Record<string, string> = {}): Promise<Config> {
  const file = path.join(folder, 'accounts.json');
  await writeFile(file, typeof accounts === 'string' ? accounts : JSON.stringify(accounts));
  return readConfig({ MODE: 'live', API_TOKENS: TOKENS, META_ACCOUNTS_FILE: file, ...more });
}

async function complaint(...asked: Parameters<typeof read>): Promise<string> {
  try {
    await read(...asked);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a list of ad accounts', () => {
  it('gives each account its own token, envelope, writes and hooks', async () => {
    const config = await read([NORTH, SOUTH], { NOTIFICATION_HOOKS: HOOKS });
    expect(config.temporalNamespace).toBe('auto-promotion-live');
    const [north, south] = config.accounts.map((account) => configOf(config, account));
    expect(north).toMatchObject({
      meta: { accountId: 'act_1', name: 'Northwind', accessToken: 'canary-north', appSecret: null },
      accountEnvelope: null,
      brandNames: [],
      writesAllowed: false,
    });
    expect(north!.notifications.hooks.map(({ name }) => name)).toEqual(['desk']);
    expect(south).toMatchObject({
      meta: { accountId: 'act_2', accessToken: 'canary-south', appSecret: 'canary-secret' },
      accountEnvelope: 250.5,
      brandNames: ['Southwind', 'South & Wind'],
      writesAllowed: true,
    });
    expect(south!.notifications.hooks.map(({ name }) => name)).toEqual(['desk', 'south']);
  });

  it('gives one account if META_AD_ACCOUNT_ID chooses it, or if it has only one', async () => {
    const chosen = await read([NORTH, SOUTH], { META_AD_ACCOUNT_ID: 'act_2' });
    expect(chosen).toMatchObject({ accounts: [], meta: { accountId: 'act_2' }, accountEnvelope: 250.5 });
    // The workflows of an account stay in one place, however it is served.
    expect(chosen.temporalNamespace).toBe('auto-promotion-live');
    const only = await read([SOUTH]);
    expect(only).toMatchObject({ accounts: [], meta: { accountId: 'act_2', name: 'Southwind' } });
  });

  it.each<[string, unknown, Record<string, string>, string]>([
    [
      'is no JSON',
      '[',
      {},
      'META_ACCOUNTS_FILE must be a JSON list of 1 to 50 accounts {account_id, name, access_token, app_secret, account_envelope, brand_names, live_writes, hooks}.',
    ],
    [
      'lacks a token',
      [{ ...NORTH, access_token: '' }],
      {},
      'META_ACCOUNTS_FILE, account 1: access_token must not be empty.',
    ],
    [
      'has a wrong id',
      [NORTH, { ...SOUTH, account_id: '2' }],
      {},
      'META_ACCOUNTS_FILE, account 2: account_id must be act_ and digits, e.g. act_1234567890.',
    ],
    [
      'has an unknown field',
      [{ ...NORTH, envelope: 5 }],
      {},
      'META_ACCOUNTS_FILE, account 1 has unknown fields; the fields are account_id, name, access_token, app_secret, account_envelope, brand_names, live_writes, hooks.',
    ],
    [
      'has no list of brands',
      [{ ...NORTH, brand_names: 'Northwind' }],
      {},
      'META_ACCOUNTS_FILE, account 1: brand_names must be 1 to 20 names in a list, each with 1 to 60 characters, a letter or digit among them.',
    ],
    [
      'has a wrong hook',
      [{ ...NORTH, hooks: [{ name: 'desk', url: 'ftp://canary' }] }],
      {},
      'META_ACCOUNTS_FILE, account 1, hooks: the hook desk: url must be a URL that begins with https://.',
    ],
    [
      'names an account twice',
      [SOUTH, { ...SOUTH, name: 'Other' }],
      {},
      'META_ACCOUNTS_FILE: two accounts have the same account_id.',
    ],
    [
      'repeats the name of a hook',
      [SOUTH],
      { NOTIFICATION_HOOKS: HOOKS.replace('desk', 'south') },
      'Several notification hooks have the name south.',
    ],
    [
      'lacks the account of a token',
      [NORTH],
      {},
      'The token of bo is for an account that META_ACCOUNTS_FILE does not have.',
    ],
    [
      'leaves an account without an admin',
      [NORTH, SOUTH],
      {
        API_TOKENS: JSON.stringify([
          { name: 'ada', role: 'admin', token: 'canary-of-ada-0123', accounts: ['act_1'] },
        ]),
      },
      "No admin's token may use the account act_2: nobody could release its kill switch.",
    ],
    [
      'lacks the chosen account',
      [NORTH, SOUTH],
      { META_AD_ACCOUNT_ID: 'act_3' },
      'META_AD_ACCOUNT_ID must be one of the accounts of META_ACCOUNTS_FILE.',
    ],
    [
      'stands beside the settings of one account',
      [NORTH, SOUTH],
      { META_ACCESS_TOKEN: 'canary', ACCOUNT_ENVELOPE: '5', BRAND_NAMES: 'North' },
      'Leave out META_ACCESS_TOKEN: each account of META_ACCOUNTS_FILE has its own. Leave out ACCOUNT_ENVELOPE: each account of META_ACCOUNTS_FILE has its own. Leave out BRAND_NAMES: each account of META_ACCOUNTS_FILE has its own.',
    ],
    [
      'is set in the sandbox',
      [NORTH, SOUTH],
      { MODE: 'sandbox' },
      'META_ACCOUNTS_FILE needs MODE=live; a sandbox has SANDBOX_ACCOUNTS.',
    ],
  ])('that %s is refused in a sentence without a value', async (_, accounts, more, sentence) => {
    const message = await complaint(accounts, more);
    expect(message).toBe(sentence);
    expect(message).not.toContain('canary');
  });

  it('may be the text of a setting instead of a file', () => {
    const env = { MODE: 'live', API_TOKENS: TOKENS, META_ACCOUNTS: JSON.stringify([NORTH, SOUTH]) };
    expect(readConfig(env).accounts.map(({ accountId }) => accountId)).toEqual(['act_1', 'act_2']);
    expect(() => readConfig({ ...env, META_ACCOUNTS: '[]' })).toThrow(
      'META_ACCOUNTS must be a JSON list of 1 to 50 accounts',
    );
    expect(() => readConfig({ ...env, META_ACCOUNTS_FILE: path.join(folder, 'accounts.json') })).toThrow(
      'Set META_ACCOUNTS or META_ACCOUNTS_FILE, not both.',
    );
  });

  it('that cannot be read is refused', () => {
    const env = { MODE: 'live', API_TOKENS: TOKENS, META_ACCOUNTS_FILE: path.join(folder, 'none.json') };
    expect(() => readConfig(env)).toThrow("META_ACCOUNTS_FILE names a file that can't be read (ENOENT).");
  });
});
