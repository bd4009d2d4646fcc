import { expect, test } from 'vitest';
import { BERT_TOKENS, MPNET_TOKENS, WordPiece } from '../../../src/clients/encoder/word-piece.js';

const KNOWN = [
  ...[
    '[UNK]',
    '[CLS]',
    '[SEP]',
    'shoe',
    'run',
    '##ning',
    '##s',
    'cafe',
    '日',
    '本',
    '$',
    '%',
    '!',
    '5',
    '##0',
  ],
  ...['-', 'a', 'b', 'ab', 'σας', 'σασ', '[', ']', 'cls', 'i', 'é'],
];
const pieces = new WordPiece(`${KNOWN.join('\n')}\n`, BERT_TOKENS, 8);

const tokensOf = (text: string) =>
  pieces
    .encode(text)
    .map((id) => KNOWN[id])
    .slice(1, -1);

test.each([
  ['the longest piece first, then its rest', 'running shoes', ['run', '##ning', 'shoe', '##s']],
  ['upper case and accents do not matter', 'CAFÉ Café café', ['cafe', 'cafe', 'cafe']],
  ['punctuation and symbols of ASCII stand alone', '$50-5%!', ['$', '5', '##0', '-', '5', '%']],
  ['Chinese characters are words', '日本', ['日', '本']],
  ['a word with an unknown part is unknown', 'shoex run', ['[UNK]', 'run']],
  ['any space separates', 'a\tb\u00a0a\nb', ['a', 'b', 'a', 'b']],
  ['what is invisible joins', 'a\u200bb\u0007 a\u00adb', ['ab', 'ab']],
  ['a final sigma is lowered like any other', 'ΣΑΣ', ['σασ']],
  ['a small final sigma stays', 'σας', ['σας']],
  ['a special token in a text is only text', '[CLS]', ['[', 'cls', ']']],
  ['emoji are unknown', '🔥', ['[UNK]']],
  ['a word of over 100 characters is unknown', 'a'.repeat(101), ['[UNK]']],
  ['nothing but invisible characters', '\u200b', []],
])('%s', (_, text, tokens) => {
  expect(tokensOf(text)).toEqual(tokens);
});

test('a long text is cut, and keeps its last special token', () => {
  expect(pieces.encode('a '.repeat(100)).map((id) => KNOWN[id])).toEqual([
    '[CLS]',
    ...Array.from({ length: 6 }, () => 'a'),
    '[SEP]',
  ]);
});

test("MPNet's special tokens have the ids of its own vocabulary", () => {
  const mpnet = new WordPiece('<s>\n<pad>\n</s>\n<unk>\n[UNK]\nshoe\n', MPNET_TOKENS, 64);
  expect(mpnet.encode('shoe what')).toEqual([0, 5, 4, 2]);
});

test('a vocabulary without the special tokens is refused', () => {
  expect(() => new WordPiece('shoe\n', BERT_TOKENS, 8)).toThrow('the vocabulary has no token [CLS]');
});
