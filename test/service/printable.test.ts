import { expect, it } from 'vitest';
import { printable } from '../../src/service/printable.js';

it('keeps what others write on one line, and what their terminals would obey out of it', () => {
  expect(printable('GET /api/\nforged\r\u001b[2J\u0000\u0085\u2028 ü “x”')).toBe(
    'GET /api/\\u000aforged\\u000d\\u001b[2J\\u0000\\u0085\\u2028 ü “x”',
  );
});
