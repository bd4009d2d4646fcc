import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHooks } from '../../../src/clients/webhook/index.js';
import { SIGNATURE_HEADER, signatureOf, TIMESTAMP_HEADER } from '../../../src/clients/webhook/json.js';
import { discordEscaped, fitted, slackEscaped } from '../../../src/clients/webhook/text.js';
import type { Hooks } from '../../../src/clients/webhook/types.js';
import { MESSAGE_KINDS } from '../../../src/domain/messages/message.js';
import { type Receiver, startDiscord, startProgram, startSlack } from '../../support/hook-receivers.js';
import { everyKind, HOSTILE, posted } from '../../support/messages.js';

const SECRET = 'a-key-of-16-chars-or-more';
let slack: Receiver;
let discord: Receiver;
let program: Receiver;
let hooks: Hooks;
beforeAll(async () => {
  [slack, discord, program] = [await startSlack(), await startDiscord(), await startProgram()];
  const common = { messages: MESSAGE_KINDS, secret: null };
  hooks = createHooks(
    [
      { ...common, name: 'slack', kind: 'slack', url: slack.url },
      { ...common, name: 'discord', kind: 'discord', url: `${discord.url}/slack` },
      { ...common, name: 'json', kind: 'json', url: program.url, secret: SECRET },
    ],
    { publicUrl: 'https://tests.example.com' },
  );
});
afterAll(() => Promise.all([slack, discord, program].map((receiver) => receiver?.close())));

describe('every kind of message', () => {
  const texts = { short: 'Everything is fine.', ...HOSTILE };
  it.each(Object.entries(texts))('is accepted by Slack, Discord and a program: %s', async (_, said) => {
    const messages = everyKind(said, said.slice(0, 400));
    expect(new Set(messages.map(({ kind }) => kind))).toEqual(new Set([...MESSAGE_KINDS, 'test']));
    for (const message of messages)
      for (const name of ['slack', 'discord', 'json']) {
        const outcome = await hooks.post(name, posted(message));
        expect(outcome, `${name} ${message.kind}`).toMatchObject({ kind: 'sent' });
      }
  });

  it('has the sentence of the page, the money, the reason and the link', async () => {
    const held = everyKind('Someone set another budget.', 'Spring sale').find(({ kind }) => kind === 'hold')!;
    for (const name of ['slack', 'discord', 'json']) await hooks.post(name, posted(held, 7));
    const link = 'https://tests.example.com/experiments/spring-sale';
    expect(slack.taken.at(-1)!.body).toMatchObject({
      text: 'Rollout held: Spring sale. Someone set another budget.',
      mrkdwn: false,
      blocks: [
        { type: 'header', text: { text: 'Rollout held: Spring sale' } },
        { type: 'section', text: { type: 'plain_text', text: 'Someone set another budget.' } },
        {
          fields: [
            { text: 'control: USD 160.00 a day, before the rollout USD 200.00' },
            { text: 'challenger: USD 240.00 a day, before the rollout USD 200.00' },
          ],
        },
        { text: { type: 'mrkdwn', text: `<${link}|Open the page>` } },
        { type: 'context', elements: [{ text: 'sandbox act_1 · 2026-05-12 09:00 UTC' }] },
      ],
    });
    expect(discord.taken.at(-1)!.body).toMatchObject({
      embeds: [{ title: 'Rollout held: Spring sale', url: link, timestamp: '2026-05-12T09:00:00.000Z' }],
      allowed_mentions: { parse: [] },
    });
    expect(program.taken.at(-1)!.body).toEqual({
      id: 'sandbox/act_1/7',
      kind: 'hold',
      at: '2026-05-12T09:00:00.000Z',
      environment: 'sandbox',
      account_id: 'act_1',
      title: 'Rollout held: Spring sale',
      text: 'Someone set another budget.',
      path: '/experiments/spring-sale',
      url: link,
      experiment: { id: 'spring-sale', name: 'Spring sale', state: 'held' },
      currency: 'USD',
      budgets: [
        { variant_id: 'control', ad_set_id: '11', amount: 16_000, before: 20_000 },
        { variant_id: 'challenger', ad_set_id: '22', amount: 24_000, before: 20_000 },
      ],
      by: null,
      because: null,
    });
  });

  it('carries the path if the address of the pages is not known', async () => {
    const [message] = everyKind('Fine.', 'Spring sale');
    const { url: hook } = slack;
    const plain = createHooks([
      { name: 'plain', kind: 'slack', url: hook, messages: MESSAGE_KINDS, secret: null },
    ]);
    await plain.post('plain', posted(message!));
    const { raw } = slack.taken.at(-1)!;
    expect(raw).toContain('/experiments/spring-sale');
    expect(raw).not.toContain('Open the page');
  });

  it('for a program is signed over timestamp and body', async () => {
    const before = Math.floor(Date.now() / 1000);
    await hooks.post('json', posted(everyKind('Fine.', 'Spring sale')[0]!));
    const { raw, headers } = program.taken.at(-1)!;
    const timestamp = Number(headers[TIMESTAMP_HEADER]);
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(headers[SIGNATURE_HEADER]).toBe(signatureOf(SECRET, timestamp, raw));
    expect(headers[SIGNATURE_HEADER]).not.toBe(signatureOf('another-key-of-16', timestamp, raw));
    expect(headers[SIGNATURE_HEADER]).not.toBe(signatureOf(SECRET, timestamp + 1, raw));
    expect(slack.taken.at(-1)!.headers).not.toHaveProperty(SIGNATURE_HEADER);
  });
});

describe('text that is too long', () => {
  it('ends after a word', () => {
    expect(fitted('one two three', 13, String)).toBe('one two three');
    expect(fitted('one two three', 12, String)).toBe('one two…');
    expect(fitted('one two three', 8, String)).toBe('one two…');
    expect(fitted('one two three', 7, String)).toBe('one…');
    expect(fitted('unbreakable', 6, String)).toBe('unbre…');
  });

  it('never ends in half an escape or half a character', () => {
    for (let limit = 1; limit < 40; limit++) {
      expect(fitted('a&b&c&d&e&f&g&h', limit, slackEscaped)).toMatch(/^([a-h]|&amp;)*…?$/);
      expect(fitted('****************', limit, discordEscaped)).toMatch(/^(\\\*)*…?$/);
      expect(fitted('🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂', limit, String)).toMatch(/^(🙂)*…?$/u);
      expect(fitted('a&b '.repeat(20), limit, slackEscaped).length).toBeLessThanOrEqual(limit);
    }
  });

  it('is markdown of nobody in Discord', () => {
    expect(discordEscaped('*a* [b](c) <@1>')).toBe('\\*a\\* \\[b\\]\\(c\\) \\<\\@1\\>');
  });
});
