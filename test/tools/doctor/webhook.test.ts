import { describe, expect, it } from 'vitest';
import { defaultHook, readHookList } from '../../../src/clients/webhook/settings.js';
import { checkHooks, type HookRecord } from '../../../src/tools/doctor/webhook.js';

const SLACK = 'https://hooks.slack.com/services/T01/B02/canary';
const UNUSED: HookRecord = { hooks: [] };

describe('the hooks', () => {
  it('may be none', () => {
    expect(checkHooks([], UNUSED)).toMatchObject([{ level: 'ok', figure: expect.stringContaining('none') }]);
  });

  it.each([
    [SLACK, 'ok', 'Slack, well-formed'],
    ['https://discord.com/api/webhooks/123/canary-_x', 'ok', 'Discord, well-formed'],
    ['https://discordapp.com/api/v10/webhooks/123/canary', 'ok', 'Discord, well-formed'],
    ['https://hooks.slack.com/canary', 'fail', "not the form of Slack's addresses"],
    ['https://discord.com/channels/1/canary', 'fail', "not the form of Discord's addresses"],
    ['https://hooks.slack.com.example/services/T/B/canary', 'fail', 'neither Slack nor Discord'],
    ['http://hooks.slack.com/services/T/B/canary', 'fail', 'not over https'],
  ])('%s: %s', (address, level, figure) => {
    const [finding, ...others] = checkHooks([defaultHook(address)], UNUSED);
    expect(others).toEqual([]);
    expect(finding?.level).toBe(level);
    expect(finding?.figure).toContain(figure);
    expect(JSON.stringify(finding)).not.toContain('canary');
  });

  it('that are dead or failing are reported, each by its name', () => {
    const list = [
      { name: 'ads', url: SLACK },
      { name: 'desk', url: SLACK },
      { name: 'new', url: SLACK },
    ];
    const { hooks } = readHookList('NOTIFICATION_HOOKS', JSON.stringify(list));
    const at = '2026-11-23T09:00:00Z';
    const none = { pending: 0, last_failure: null, dead: null };
    const findings = checkHooks(hooks, {
      hooks: [
        {
          ...none,
          name: 'ads',
          state: 'dead',
          pending: 3,
          dead: { since: at, reason: 'The hook answered 410.' },
        },
        { ...none, name: 'desk', state: 'failing', last_failure: { at, message: 'The hook answered 503.' } },
      ],
    });
    expect(findings.map(({ level, figure }) => [level, figure])).toEqual([
      ['fail', `ads: dead since ${at}, 3 messages pending. The hook answered 410.`],
      ['warn', `desk: failing, last at ${at}. The hook answered 503.`],
      ['ok', 'new: Slack, well-formed (not called: that would post)'],
    ]);
  });

  it('are still checked by their form if the record cannot be read', () => {
    const [finding] = checkHooks([defaultHook(SLACK)], { problem: 'the record is away' });
    expect(finding).toMatchObject({ level: 'warn', figure: expect.stringContaining('Slack, well-formed') });
  });
});
