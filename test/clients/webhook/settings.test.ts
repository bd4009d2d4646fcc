import { describe, expect, it } from 'vitest';
import { defaultHook, readHookList, readNotifications } from '../../../src/clients/webhook/settings.js';
import { MESSAGE_KINDS } from '../../../src/domain/messages/message.js';

const SLACK = 'https://hooks.slack.com/services/T1/B1/canary';
const read = (...hooks: unknown[]) => readHookList('NOTIFICATION_HOOKS', JSON.stringify(hooks));

describe('the kind of a hook', () => {
  it.each([
    [SLACK, 'slack'],
    ['https://hooks.slack-gov.com/services/T1/B1/canary', 'slack'],
    ['https://discord.com/api/webhooks/1/canary', 'discord'],
    ['https://canary.discord.com/api/v10/webhooks/1/canary/slack', 'discord'],
    ['https://hooks.slack.com.example/services/T1/B1/canary', null],
    ['https://xhooks.slack.com/services/T1/B1/canary', null],
    ['https://hooks.slack.com:444/services/T1/B1/canary', null],
    ['http://hooks.slack.com/services/T1/B1/canary', null],
    ['https://hooks.slack.com/workflows/T1/B1/canary', null],
    ['https://discord.com/api/webhooks/x/canary', null],
    ['https://example.com/services/T1/B1/canary', null],
  ])('%s: %s', (url, kind) => {
    expect(defaultHook(url).kind).toBe(kind);
  });
});

describe('the list of hooks', () => {
  it('is read with its defaults', () => {
    const secret = '0123456789abcdef';
    const { hooks, problems } = read(
      { name: 'ads', url: SLACK },
      {
        name: 'crm',
        url: 'https://crm.example.com/in',
        kind: 'json',
        secret,
        messages: ['promotion', 'revert'],
      },
    );
    expect(problems).toEqual([]);
    expect(hooks).toEqual([
      { name: 'ads', url: SLACK, kind: 'slack', messages: MESSAGE_KINDS, secret: null },
      {
        name: 'crm',
        url: 'https://crm.example.com/in',
        kind: 'json',
        messages: ['promotion', 'revert'],
        secret,
      },
    ]);
  });

  it.each([
    [{ name: 'a b', url: SLACK }, 'hook 1: name must be 1 to 40 lower-case letters, digits, _ or -'],
    [{ name: 'ads', url: 'ftp://canary' }, 'the hook ads: url must be a URL that begins with https://'],
    [
      { name: 'ads', url: 'http://example.com/canary' },
      'the hook ads: url must be a URL that begins with https://',
    ],
    [{ name: 'ads', url: SLACK, messages: [] }, 'the hook ads: messages must name at least one kind'],
    [{ name: 'ads', url: SLACK, messages: ['canary'] }, 'the hook ads: messages.0 must be one of promotion,'],
    [{ name: 'ads', url: SLACK, kind: 'canary' }, 'the hook ads: kind must be one of slack, discord, json'],
    [{ name: 'ads', url: SLACK, canary: 1 }, 'the hook ads has unknown fields; the fields are name, url,'],
    [{ name: 'ads', url: SLACK, secret: '0123456789canary' }, 'the hook ads has a secret, which only'],
    [
      { name: 'ads', url: 'https://example.com/canary' },
      'the hook ads needs a kind, since its host is neither',
    ],
    [
      { name: 'ads', url: 'https://example.com/canary', kind: 'json' },
      'the hook ads needs a secret, at least 16',
    ],
    [{ name: 'ads', url: 'https://hooks.slack.com/canary' }, 'the hook ads needs an address of the form'],
  ])('names the hook and the field, and shows no value: %j', (hook, sentence) => {
    const { problems } = read(hook);
    expect(problems).toEqual([expect.stringContaining(`NOTIFICATION_HOOKS: ${sentence}`)]);
    expect(problems.join()).not.toContain('canary');
  });

  it('is set once, and each name occurs once', () => {
    const problems: string[] = [];
    const list = JSON.stringify([
      { name: 'default', url: SLACK },
      { name: 'default', url: SLACK },
    ]);
    readNotifications(
      {
        PROMOTION_NOTIFICATION_WEBHOOK: SLACK,
        NOTIFICATION_HOOKS: list,
        NOTIFICATION_HOOKS_FILE: '/nowhere/hooks.json',
      },
      problems,
    );
    expect(problems).toEqual([
      'Set NOTIFICATION_HOOKS or NOTIFICATION_HOOKS_FILE, not both.',
      "NOTIFICATION_HOOKS_FILE names a file that can't be read (ENOENT).",
      'Several notification hooks have the name default.',
    ]);
  });
});
