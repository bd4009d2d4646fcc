import { describe, expect, it } from 'vitest';
import { createBar } from '../../../src/tools/headline-tests/progress-bar.js';

describe('the progress bar', () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    return { isTTY, written, write: (text: string) => written.push(text) };
  };

  it('draws once per percent on a terminal, and clears the line at the end', () => {
    const terminal = screen(true);
    const bar = createBar(terminal, 1000, 'pairs');
    for (let done = 1; done <= 1000; done++) bar.at(done);
    expect(terminal.written).toHaveLength(101);
    expect(terminal.written.at(-1)).toContain('100 %  1000 of 1000 pairs');
    bar.end();
    expect(terminal.written.at(-1)).toBe('\r\u001b[K');
  });

  it('writes nothing elsewhere', () => {
    const file = screen(false);
    const bar = createBar(file, 10, 'pairs');
    bar.at(5);
    bar.end();
    expect(file.written).toEqual([]);
  });
});
