import Anthropic, { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { type Finding, fail, ok, warn } from './finding.js';

const WHAT = 'Claude';
const API = 'https://api.anthropic.com';

/** Whether the key is taken, by listing one model: that costs nothing. */
export async function checkClaude(
  apiKey: string | null,
  timeoutMs: number,
  baseURL: string = API,
): Promise<Finding[]> {
  if (apiKey === null) return [ok(WHAT, 'ANTHROPIC_API_KEY is not set; this version does not use it')];
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
    return [
      ok(
        WHAT,
        `the key is taken${data[0] ? `; newest model ${data[0].id}` : ''}; this version does not use it`,
      ),
    ];
  } catch (error) {
    if (error instanceof APIConnectionError)
      return [
        fail(
          WHAT,
          `no answer from ${new URL(baseURL).host}`,
          'check the network, or unset ANTHROPIC_API_KEY',
        ),
      ];
    if (!(error instanceof APIError)) throw error;
    const status = Number(error.status);
    if (status === 401 || status === 403)
      return [
        fail(
          WHAT,
          `the key is refused (HTTP ${status})`,
          'set ANTHROPIC_API_KEY to a valid key, or unset it',
        ),
      ];
    return [warn(WHAT, `could not be checked (HTTP ${status})`, 'try again')];
  }
}
