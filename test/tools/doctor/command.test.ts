import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { readConfig, SETTINGS } from '../../../src/config.js';
import { startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { examine } from '../../../src/tools/doctor/examine.js';
import { json, tinyGraph } from '../../clients/meta/support.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const [NODE, ...ARGS] = manifest.scripts.doctor.split(' ');
const CLOSED = '127.0.0.1:1';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Starts the command as its script does, but without npm. */
async function doctor(env: Record<string, string>) {
  expect(NODE).toBe('node');
  const inherited = Object.entries(process.env).filter(
    ([name]) => !SETTINGS.includes(name) && !name.startsWith('TEMPORAL_'),
  );
  const child = spawn(process.execPath, ARGS, {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, errors, lines: output.split('\n').slice(0, -1) };
}

describe('npm run doctor', () => {
  it('says in the sandbox which parts are embedded, and succeeds', async () => {
    const { code, errors, lines } = await doctor({ MARKET_PORT: '0' });
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(lines).toEqual([
      'ok    Mode              sandbox: a simulated account, an hour is 2 s',
      'ok    Meta              embedded: npm start starts a simulated account',
      'ok    Database          embedded: npm start opens it in its process',
      'ok    Temporal          embedded: npm start starts it on port 7233',
      'ok    Claude            ANTHROPIC_API_KEY is not set: insights are extracted offline',
      'ok    Hook              none is configured: no message is sent (PROMOTION_NOTIFICATION_WEBHOOK, NOTIFICATION_HOOKS)',
    ]);
  });

  it('exits with 1 and one line if a setting is wrong', async () => {
    const { code, lines } = await doctor({ MODE: 'live', META_AD_ACCOUNT_ID: 'canary' });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^fail {2}Settings .*META_AD_ACCOUNT_ID must be act_/)]);
    expect(lines.join()).not.toContain('canary');
  });

  it('exits with 1 if a part fails, and still reports all the others', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'doctor-'));
    const market = await startMarket({
      directory,
      clock: { now: async () => Date.UTC(2026, 10, 23), scale: 1 },
      seed: 1,
      port: 0,
      accessToken: 'EAAcanary-token-0123',
    });
    ends.push(async () => {
      await market.close();
      await rm(directory, { recursive: true, force: true });
    });
    const { code, errors, lines } = await doctor({
      MODE: 'live',
      API_TOKEN: 'canary-api-token-0123',
      META_ACCESS_TOKEN: 'EAAcanary-token-0123',
      META_APP_SECRET: 'canary-app-secret',
      META_AD_ACCOUNT_ID: market.account.id,
      META_GRAPH_URL: market.url,
      DATABASE_URL: `postgres://ads:canary-password@${CLOSED}/ads`,
      PROMOTION_NOTIFICATION_WEBHOOK: 'https://hooks.slack.com/services/T1/B1/canary-hook',
      TEMPORAL_CONFIG_FILE: path.join(directory, 'none.toml'),
    });
    expect(errors).toBe('');
    expect(code).toBe(1);
    expect(lines.map((line) => line.slice(0, 23).trim())).toEqual([
      'ok    Mode',
      'ok    Meta token',
      'ok    Ad account',
      'ok    Minimum budgets',
      'ok    Access tier',
      'fail  Database',
      'fail  Temporal',
      'ok    Claude',
      'warn  Hook',
    ]);
    expect(lines.join()).not.toContain('canary');
    expect(await market.audit()).toEqual([]);
  });
});

describe('the examination', () => {
  it('shows no secret that a part echoes, and ends in time', async () => {
    const secrets = {
      META_ACCESS_TOKEN: 'EAAcanary/token+0123',
      META_APP_SECRET: 'canary-app-secret',
      ANTHROPIC_API_KEY: 'sk-ant-canary-key',
      API_TOKEN: 'canary-api-token-0123',
    };
    const echo = await tinyGraph((_, response) =>
      json(response, { error: { code: 190, message: Object.values(secrets).join(' ') } }, 400),
    );
    const hanging = await tinyGraph(() => {});
    ends.push(echo.close, hanging.close);
    const config = readConfig({
      ...secrets,
      MODE: 'live',
      META_AD_ACCOUNT_ID: 'act_1',
      META_GRAPH_URL: echo.url,
      DATABASE_URL: `postgres://ads:canary%2Fpassword@${new URL(hanging.url).host}/ads`,
      TEMPORAL_ADDRESS: new URL(hanging.url).host,
      PROMOTION_NOTIFICATION_WEBHOOK: 'https://example.com/canary-hook',
    });
    const began = performance.now();
    const findings = await examine(config, { timeoutMs: 8_000, claudeUrl: hanging.url });
    // If the three hanging parts were checked one after another, this would take 24 s.
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(findings.map(({ level, what }) => `${level} ${what}`)).toEqual([
      'ok Mode',
      'fail Meta token',
      'fail Ad account',
      'fail Database',
      'fail Temporal',
      'fail Claude',
      'fail Hook',
    ]);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it('names the settings that a sandbox with its own Graph lacks', async () => {
    const findings = await examine(readConfig({ META_GRAPH_URL: 'http://127.0.0.1:1' }));
    expect(findings[1]).toMatchObject({
      level: 'fail',
      figure: 'META_ACCESS_TOKEN, META_AD_ACCOUNT_ID not set',
    });
  });

  it('checks each of several accounts, with its own token, and shows none', async () => {
    const account = (index: number) => ({
      account_id: `act_${index}`,
      name: `Client ${index}`,
      access_token: `EAAcanary-${index}-0123456789`,
      hooks: [{ name: 'desk', url: `https://hooks.slack.com/services/T/B/canary${index}` }],
    });
    const config = readConfig({
      MODE: 'live',
      API_TOKEN: 'canary-0123456789',
      META_ACCOUNTS: JSON.stringify([account(1), account(2)]),
      META_GRAPH_URL: 'http://127.0.0.1:1',
      DATABASE_URL: 'postgres://u:canary@127.0.0.1:1/db',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    });
    const findings = await examine(config, { timeoutMs: 3_000 });
    const whats = findings.map(({ what }) => what);
    for (const name of ['Client 1', 'Client 2'])
      expect(whats).toEqual(expect.arrayContaining([`Meta token of ${name}`]));
    expect(whats.filter((what) => what === 'Database')).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });
});
