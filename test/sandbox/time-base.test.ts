import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toExperimentTime } from '../../src/domain/time-base.js';
import { keepTimeBase } from '../../src/sandbox/time-base.js';

describe("the sandbox's time base", () => {
  let directory: string;
  const file = () => path.join(directory, 'clock.json');

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-clock-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('begins now, at the given scale', () => {
    const before = Date.now();
    const base = keepTimeBase(directory, 1800);
    expect(base.scale).toBe(1800);
    expect(base.epochMs).toBeGreaterThanOrEqual(before);
    expect(base.epochMs).toBeLessThanOrEqual(Date.now());
  });

  it('is the same at every later start, so that the world has gone on in the meantime', () => {
    const first = keepTimeBase(directory, 1800);
    const later = keepTimeBase(directory, 1800);
    expect(later).toEqual(first);
    const real = first.epochMs + 60_000;
    expect(toExperimentTime(later, real) - first.epochMs).toBe(30 * 3_600_000);
  });

  it('leaves one complete file and no other', async () => {
    const base = keepTimeBase(directory, 60);
    expect(await readdir(directory)).toEqual(['clock.json']);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(base);
  });

  it('refuses another scale, and names both scales and what to do', () => {
    const first = keepTimeBase(directory, 1800);
    expect(() => keepTimeBase(directory, 60)).toThrow(
      'This sandbox runs at TIME_SCALE 1800, not 60: set TIME_SCALE to 1800, or start a new sandbox with --fresh.',
    );
    expect(keepTimeBase(directory, 1800)).toEqual(first);
  });

  it.each(['', '{', 'null', '[]', '{"epochMs": "x", "scale": 1800}', '{"epochMs": 1.5, "scale": null}'])(
    'does not move the world to another time if its file contains %j',
    async (content) => {
      await writeFile(file(), content);
      expect(() => keepTimeBase(directory, 1800)).toThrow(/clock\.json is damaged: .* --fresh\.$/);
      expect(await readFile(file(), 'utf8')).toBe(content);
    },
  );

  it('does not treat a file that can not be read as missing', async () => {
    await mkdir(file());
    expect(() => keepTimeBase(directory, 1800)).toThrow(/EISDIR/);
    expect(await readdir(directory)).toEqual(['clock.json']);
  });
});
