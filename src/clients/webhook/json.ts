import { createHmac } from 'node:crypto';
import type { Posted } from './types.js';

export const TIMESTAMP_HEADER = 'x-auto-promotion-timestamp';
export const SIGNATURE_HEADER = 'x-auto-promotion-signature';

/** A message for a program. Amounts are minor units per day; `id` stays the same if the message comes twice. */
export function jsonPayload({ content, ...message }: Posted, link: string | null): object {
  const { environment, accountId, sequence, kind, at } = message;
  return {
    id: sequence === null ? null : `${environment}/${accountId}/${sequence}`,
    kind,
    at: new Date(at).toISOString(),
    environment,
    account_id: accountId,
    title: content.title,
    text: content.text,
    path: content.path,
    url: link,
    experiment: content.experiment,
    currency: content.currency,
    budgets: content.budgets.map(({ variantId, adSetId, amount, before }) => ({
      variant_id: variantId,
      ad_set_id: adSetId,
      amount,
      before,
    })),
    by: content.by,
    because: content.because,
  };
}

/** HMAC-SHA256 over `timestamp.body`, hex. `timestamp`: real Unix seconds, so that a receiver can refuse old posts. */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
