import { expect, it } from 'vitest';
import { readDrafts } from '../../../src/clients/claude/drafts-answer.js';

const answerWith = (changes: Record<string, string>) =>
  JSON.stringify({
    drafts: [{ headline: 'Warm feet', text: 'Wool', attribute_id: '', direction: 'add', ...changes }],
  });

it('what Postgres cannot store and half a pair are removed; whole emoji and lines stay', () => {
  const read = readDrafts(answerWith({ headline: 'Warm\u0000 feet\ud83d', text: '\udc4dWool 🙂\nsocks' }));
  expect(read).toMatchObject([{ creative: { headline: 'Warm feet', text: 'Wool 🙂\nsocks' } }]);
});

it('a text of which nothing is left is none', () => {
  expect(readDrafts(answerWith({ headline: '\u0000' }))).toMatchObject([{ creative: { headline: null } }]);
});

it('a text that is too long is not what was asked for', () => {
  expect(readDrafts(answerWith({ headline: 'a'.repeat(501) }))).toBe('schema_violation');
});
