import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEcho, type Echo } from '../../support/echo.js';
import { Stage, TOKEN } from './support.js';

let echo: Echo;
let stage: Stage;
beforeEach(async () => {
  echo = createEcho('the app secret');
  stage = await new Stage({ market: { rephraseError: echo.rephraseError } }).open();
});
afterEach(() => stage.dispose());

describe('a market that puts credentials into its errors', () => {
  it('keeps status, code and hints, and adds every credential', async () => {
    await stage.market.order({ kind: 'rate_limit', delayMs: 7 * 60_000 });
    const { status, body, headers } = await stage.setBudget(stage.adSets[0], 6_000);
    expect([status, body.error.code, body.error.error_subcode]).toEqual([400, 17, 2_446_079]);
    expect(JSON.parse(headers.get('x-ad-account-usage')!).reset_time_duration).toBe(420);
    expect(body.error.message).toContain(`Malformed access token ${TOKEN}`);
    expect(body.error.message).toContain('the app secret');
    expect(echo.count()).toBe(1);
  });

  it('also puts them into a page of a gateway', async () => {
    await stage.market.order({ kind: 'html' });
    const url = `${stage.market.url}/v24.0/${stage.adSets[0]}?access_token=${TOKEN}`;
    const response = await fetch(url, { method: 'POST', body: 'daily_budget=6000' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      502,
      expect.stringMatching(/^text\/html/),
    ]);
    expect(await response.text()).toContain(TOKEN);
  });

  it('still closes a connection after the write, and leaves a successful answer as it is', async () => {
    const [adSetId] = stage.adSets;
    await stage.market.order({ kind: 'applied_then_reset' });
    await expect(stage.setBudget(adSetId, 6_000)).rejects.toThrow();
    expect(await stage.budget(adSetId)).toBe(6_000);
    const { status, body } = await stage.setBudget(adSetId, 7_000);
    expect([status, JSON.stringify(body).includes(TOKEN)]).toEqual([200, false]);
    expect(echo.count()).toBe(0);
  });

  it('still lets a request hang', async () => {
    await stage.market.order({ kind: 'hang', method: 'GET' });
    const asked = fetch(`${stage.market.url}/v24.0/${stage.adSets[0]}?access_token=${TOKEN}`, {
      signal: AbortSignal.timeout(300),
    });
    await expect(asked).rejects.toThrow(/timeout/i);
  });
});
