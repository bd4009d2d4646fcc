import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TimeBase } from '../domain/time-base.js';

/**
 * The sandbox's time base, kept in `directory`. It is made at the first start and never changes, so that the world goes
 * on while the sandbox is down.
 * @throws Error if the folder was made with another scale, or if its time base can't be read: a new one would move the
 * world to another time.
 */
export function keepTimeBase(directory: string, scale: number): TimeBase {
  const file = path.join(directory, 'clock.json');
  const stored = read(file);
  if (stored === undefined) {
    const made: TimeBase = { epochMs: Date.now(), scale };
    writeFileSync(`${file}.new`, `${JSON.stringify(made)}\n`);
    renameSync(`${file}.new`, file);
    return made;
  }
  if (stored.scale !== scale) {
    throw new Error(
      `This sandbox runs at TIME_SCALE ${stored.scale}, not ${scale}: set TIME_SCALE to ${stored.scale}, or start a new sandbox with --fresh.`,
    );
  }
  return stored;
}

function read(file: string): TimeBase | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const stored = parse(content);
  if (stored === null)
    throw new Error(
      `${file} is damaged: the sandbox's clock can't be read. Start a new sandbox with --fresh.`,
    );
  return stored;
}

function parse(content: string): TimeBase | null {
  try {
    const { epochMs, scale } = JSON.parse(content) as Partial<TimeBase>;
    if (!Number.isSafeInteger(epochMs) || !Number.isFinite(scale)) return null;
    return { epochMs: epochMs!, scale: scale! };
  } catch {
    return null;
  }
}
