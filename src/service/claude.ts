import type { PaidClaude } from '../activities/insights/index.js';
import { createClaudeClient } from '../clients/claude/client.js';
import type { Config } from '../config.js';

/** Claude as the settings name it; null without a key. */
export function claudeOf({
  anthropicApiKey,
  insights,
}: Pick<Config, 'anthropicApiKey' | 'insights'>): PaidClaude | null {
  if (anthropicApiKey === null || insights.price === null) return null;
  const { model, price, baseUrl, monthlyLimit } = insights;
  const client = createClaudeClient({ apiKey: anthropicApiKey, baseURL: baseUrl, model, price });
  return { client, monthlyLimit };
}
