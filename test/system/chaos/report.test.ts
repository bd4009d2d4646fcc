import { describe, expect, it } from 'vitest';
import type { BatchResult } from './batch.js';
import { addUp, type ChaosDocument, emptyDocument, enter } from './report.js';

const violation = { run_seed: 1_000_001, invariant: 'rest_amounts', details: 'It does not rest.' };
const batch: BatchResult = {
  faults: { expired_token: 3 },
  secrets: { texts: 40, echoes: 2 },
  runs: [
    {
      run_seed: 1_000_000,
      draws: ['random'],
      state: 'completed',
      faults: {},
      writes: 6,
      violations: [],
      story: [],
    },
    {
      run_seed: 1_000_001,
      draws: ['dropped_best', 'envelope'],
      state: 'reverted',
      faults: { refuse: 2 },
      writes: 4,
      violations: [violation],
      story: [],
    },
    {
      run_seed: 1_000_002,
      draws: ['random', 'envelope'],
      state: 'running',
      faults: { refuse: 1 },
      writes: 0,
      violations: [],
      story: [],
    },
  ],
};

describe('the document of a record', () => {
  it('counts runs by final state and faults by kind and in total, and keeps every violation', () => {
    const document = emptyDocument(1, [0, 3]);
    enter(document, batch);
    expect(document).toEqual({
      seed: 1,
      runs: 3,
      draws: { random: 2, dropped_best: 1, envelope: 2 },
      faults: { total: 6, expired_token: 3, refuse: 3 },
      writes: 10,
      final_states: { completed: 1, reverted: 1, held: 0, needs_attention: 0, stopped: 0 },
      unfinished: { running: 1 },
      violations: [violation],
      secrets: { texts: 40, echoes: 2 },
      seconds: 0,
      range: [0, 3],
    } satisfies ChaosDocument);
  });

  it('is the sum of several parts', () => {
    const parts = [emptyDocument(1, [0, 3]), emptyDocument(2, [0, 3])];
    for (const part of parts) enter(part, batch);
    parts[0]!.seconds = 7.5;
    expect(addUp(parts)).toMatchObject({
      seed: [1, 2],
      runs: 6,
      draws: { random: 4, dropped_best: 2, envelope: 4 },
      faults: { total: 12, expired_token: 6, refuse: 6 },
      writes: 20,
      final_states: { completed: 2, reverted: 2 },
      unfinished: { running: 2 },
      violations: [violation, violation],
      secrets: { texts: 80, echoes: 4 },
      seconds: 7.5,
      range: null,
    });
  });
});
