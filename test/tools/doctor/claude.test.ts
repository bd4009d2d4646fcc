import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkClaude } from '../../../src/tools/doctor/claude.js';
import { type Answer, json, tinyGraph } from '../../clients/meta/support.js';

const KEY = 'sk-ant-canary-0123456789';
afterEach(() => vi.unstubAllEnvs());

async function check(answer: Answer) {
  const api = await tinyGraph(answer);
  try {
    const [finding] = await checkClaude(KEY, 500, api.url);
    return { finding, seen: api.seen };
  } finally {
    await api.close();
  }
}

describe('Claude', () => {
  it('is not called without a key', async () => {
    expect(await checkClaude(null, 500)).toMatchObject([
      { level: 'ok', figure: 'ANTHROPIC_API_KEY is not set: insights are extracted offline' },
    ]);
  });

  it('accepts the key: it is asked for one list of models, whatever the environment contains', async () => {
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'another');
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
    const { finding, seen } = await check((_, response) =>
      json(response, {
        data: [{ id: 'claude-test', type: 'model', display_name: 'T', created_at: '2026-01-01T00:00:00Z' }],
        has_more: false,
        first_id: null,
        last_id: null,
      }),
    );
    expect(finding).toMatchObject({
      level: 'ok',
      figure: 'the key is accepted; newest model claude-test',
    });
    expect(seen.map(({ method, path }) => [method, path])).toEqual([['GET', '/v1/models']]);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it.each([
    [401, 'fail', 'the key is refused (HTTP 401)'],
    [403, 'fail', 'the key is refused (HTTP 403)'],
    [529, 'warn', 'could not be checked (HTTP 529)'],
  ])('answers %i: %s', async (status, level, figure) => {
    const error = { type: 'error', error: { type: 'authentication_error', message: `bad ${KEY}` } };
    const { finding, seen } = await check((_, response) => json(response, error, status));
    expect(finding).toMatchObject({ level, figure });
    expect(JSON.stringify(finding)).not.toContain(KEY);
    expect(seen).toHaveLength(1);
  });

  it('is given up in time if it hangs', async () => {
    const { finding } = await check(() => {});
    expect(finding).toMatchObject({ level: 'fail', figure: expect.stringMatching(/^no answer from 127/) });
  });
});
