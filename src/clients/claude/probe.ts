import Anthropic, { APIConnectionError, APIError } from '@anthropic-ai/sdk';

export const CLAUDE_URL = 'https://api.anthropic.com';

/** What Claude's API says of a key. `status`: of the HTTP answer. */
export type KeyAnswer =
  | { kind: 'accepted'; newestModel: string | null }
  | { kind: 'refused'; status: number }
  | { kind: 'failed'; status: number }
  | { kind: 'no_answer' };

/** Whether the key is accepted, by listing one model: that costs nothing. Real ms. */
export async function probeKey(apiKey: string, timeoutMs: number, baseURL: string): Promise<KeyAnswer> {
  // Given in full: the SDK would take what is left out from the environment.
  const client = new Anthropic({
    apiKey,
    authToken: null,
    baseURL,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
  });
  try {
    const { data } = await client.models.list({ limit: 1 });
    return { kind: 'accepted', newestModel: data[0]?.id ?? null };
  } catch (error) {
    if (error instanceof APIConnectionError) return { kind: 'no_answer' };
    if (!(error instanceof APIError)) throw error;
    const status = Number(error.status);
    return { kind: status === 401 || status === 403 ? 'refused' : 'failed', status };
  }
}
