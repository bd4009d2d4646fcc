import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../src/tools/demo/main.ts', import.meta.url));

function demo(...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', MAIN, ...args], { encoding: 'utf8' });
}

describe('npm run demo', () => {
  it.each([
    [['--seed', 'x'], '--seed must be a whole number, got x.'],
    [['--seed', '-1'], '--seed'],
    [['--fast'], '--fast'],
  ])('refuses %j with one sentence and the usage, on standard error only', (args, sentence) => {
    const { status, stdout, stderr } = demo(...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('Usage: npm run demo -- [--seed N] [--json]');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
