import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownerOf, parseTokens } from '../../../src/api/http/tokens.js';
import { ConfigError, readConfig } from '../../../src/config.js';

const ANA = { name: 'ana', role: 'operator', token: 'canary-of-ana-0123' };
const ROOT = { name: 'root', role: 'admin', token: 'canary-of-root-0123' };

function complaint(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('named tokens', () => {
  it('come from the environment and from a file, beside API_TOKEN', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-tokens-'));
    try {
      const file = path.join(folder, 'tokens.json');
      await writeFile(file, JSON.stringify([ANA]));
      const { tokens } = readConfig({
        API_TOKEN: 'canary-0123456789',
        API_TOKENS: JSON.stringify([ROOT]),
        API_TOKENS_FILE: file,
      });
      expect(tokens).toEqual([{ name: 'api', role: 'admin', token: 'canary-0123456789' }, ROOT, ANA]);
      expect(ownerOf(tokens, ANA.token)).toMatchObject({ name: 'ana', role: 'operator' });
      expect(ownerOf(tokens, `${ANA.token}4`)).toBeNull();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['[', 'API_TOKENS must be a JSON list of {name, role, token}.'],
    ['{"name": "canary"}', 'API_TOKENS must be a JSON list of 1 to 1000 entries {name, role, token}.'],
    ['[]', 'API_TOKENS must be a JSON list of 1 to 1000 entries {name, role, token}.'],
    [
      JSON.stringify([ROOT, { ...ANA, token: 'canary' }]),
      'API_TOKENS, entry 2: token must have at least 16 characters.',
    ],
    [
      JSON.stringify([ROOT, { ...ANA, role: 'canary' }]),
      'API_TOKENS, entry 2: role must be one of viewer, operator, admin.',
    ],
    [
      JSON.stringify([{ ...ANA, name: ' ' }]),
      'API_TOKENS, entry 1: name must be text of 1 to 100 characters.',
    ],
    [
      JSON.stringify([{ ...ANA, name: 'schedule' }]),
      'API_TOKENS, entry 1: name must be another one: the service uses this name itself.',
    ],
    [
      JSON.stringify([{ ...ROOT, canary: 1 }]),
      'API_TOKENS, entry 1: it must have the fields name, role and token, and may have accounts.',
    ],
    [
      JSON.stringify(['canary-0123456789']),
      'API_TOKENS, entry 1: it must have the fields name, role and token, and may have accounts.',
    ],
    [
      JSON.stringify([ROOT, { ...ANA, token: ROOT.token }]),
      "Two of the API's tokens have the same token: each must have its own.",
    ],
    [
      JSON.stringify([ROOT, { ...ANA, name: 'root' }]),
      "Two of the API's tokens have the same name: each must have its own, and the owner of API_TOKEN is named api.",
    ],
    [JSON.stringify([ANA]), "At least one of the API's tokens must have the role admin."],
  ])('%s: %s', (list, sentence) => {
    expect(complaint({ API_TOKENS: list })).toBe(sentence);
    expect(sentence).not.toContain('canary');
  });

  it('from a file that is missing are refused', () => {
    expect(complaint({ API_TOKENS_FILE: '/no/such/canary' })).toBe(
      "API_TOKENS_FILE names a file that can't be read (ENOENT).",
    );
  });

  it('open a live service and another host as API_TOKEN does', () => {
    expect(readConfig({ HOST: '0.0.0.0', API_TOKENS: JSON.stringify([ROOT]) }).tokens).toEqual([ROOT]);
    expect(complaint({ HOST: '0.0.0.0' })).toContain('set API_TOKEN, API_TOKENS or API_TOKENS_FILE.');
  });

  it('with every fault are named at once', () => {
    const { tokens, problems } = parseTokens('X', JSON.stringify([{ name: 5 }, { ...ANA, role: 1 }]));
    expect(tokens).toEqual([]);
    expect(problems).toEqual([
      'X, entry 1: name must be text of 1 to 100 characters.',
      'X, entry 1: role must be one of viewer, operator, admin.',
      'X, entry 1: token must be text.',
      'X, entry 2: role must be one of viewer, operator, admin.',
    ]);
  });
});
