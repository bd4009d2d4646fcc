import type { RephraseError } from '../../src/sandbox/meta-simulator/index.js';

export interface Echo {
  rephraseError: RephraseError;
  /** Errors into which credentials were put. */
  count(): number;
}

/**
 * For the market: puts the whole request, including its credentials, into every error. The real Graph does so with a
 * token that it can't parse, and gateways do so in their pages.
 */
export function createEcho(appSecret: string): Echo {
  let count = 0;
  return {
    count: () => count,
    rephraseError(body, asked) {
      const token = asked.searchParams.get('access_token') ?? '';
      const proof = asked.searchParams.get('appsecret_proof') ?? '';
      if (token !== '') count++;
      const leak = `Malformed access token ${token} (proof ${proof}, secret ${appSecret}) at ${asked.pathname}${asked.search}`;
      if (!body.startsWith('{')) return `${body}<pre>${leak}</pre>`;
      const answer = JSON.parse(body) as { error?: Record<string, unknown> };
      const { error = {} } = answer;
      return JSON.stringify({
        ...answer,
        error: {
          ...error,
          message: `${String(error.message)}: ${leak}`,
          error_user_msg: `${leak} ${Buffer.from(token).toString('base64')}`,
          error_data: { access_token: token, url: asked.href },
        },
      });
    },
  };
}
