import { CLAUDE_URL, probeKey } from '../../clients/claude/probe.js';
import { type Finding, fail, ok, warn } from './finding.js';

const WHAT = 'Claude';

/** Checks whether the key is accepted. */
export async function checkClaude(
  apiKey: string | null,
  timeoutMs: number,
  baseURL: string = CLAUDE_URL,
): Promise<Finding[]> {
  if (apiKey === null) return [ok(WHAT, 'ANTHROPIC_API_KEY is not set: insights are extracted offline')];
  const answer = await probeKey(apiKey, timeoutMs, baseURL);
  switch (answer.kind) {
    case 'accepted': {
      const newest = answer.newestModel === null ? '' : `; newest model ${answer.newestModel}`;
      return [ok(WHAT, `the key is accepted${newest}`)];
    }
    case 'no_answer':
      return [
        fail(
          WHAT,
          `no answer from ${new URL(baseURL).host}`,
          'check the network, or unset ANTHROPIC_API_KEY',
        ),
      ];
    case 'refused':
      return [
        fail(
          WHAT,
          `the key is refused (HTTP ${answer.status})`,
          'set ANTHROPIC_API_KEY to a valid key, or unset it',
        ),
      ];
    case 'failed':
      return [warn(WHAT, `could not be checked (HTTP ${answer.status})`, 'try again')];
  }
}
