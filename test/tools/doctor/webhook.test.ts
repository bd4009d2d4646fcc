import { describe, expect, it } from 'vitest';
import { checkWebhook } from '../../../src/tools/doctor/webhook.js';

describe('the webhook', () => {
  it.each([
    [null, 'ok', 'not set'],
    ['https://hooks.slack.com/services/T01/B02/canary', 'ok', 'Slack, well-formed'],
    ['https://discord.com/api/webhooks/123/canary-_x', 'ok', 'Discord, well-formed'],
    ['https://discordapp.com/api/v10/webhooks/123/canary', 'ok', 'Discord, well-formed'],
    ['https://hooks.slack.com/canary', 'warn', "not the form of Slack's addresses"],
    ['https://discord.com/channels/1/canary', 'warn', "not the form of Discord's addresses"],
    ['https://hooks.slack.com.example/services/T/B/canary', 'warn', 'neither Slack nor Discord'],
    ['http://hooks.slack.com/services/T/B/canary', 'warn', 'not over https'],
  ])('%s: %s', (address, level, figure) => {
    const [finding, ...others] = checkWebhook(address);
    expect(others).toEqual([]);
    expect(finding?.level).toBe(level);
    expect(finding?.figure).toContain(figure);
    expect(JSON.stringify(finding)).not.toContain('canary');
  });
});
