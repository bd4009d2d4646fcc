import { expect, it } from 'vitest';
import { printable } from '../../src/service/printable.js';

it('keeps a text on one line and escapes control characters that a terminal would obey', () => {
  expect(printable('GET /api/\nforged\r\u001b[2J\u0000\u0085\u2028 ü “x”')).toBe(
    'GET /api/\\u000aforged\\u000d\\u001b[2J\\u0000\\u0085\\u2028 ü “x”',
  );
});
