import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changesBetween } from '../../../src/api/events/changes.js';
import { ChangeFeed, type NumberedChange } from '../../../src/api/events/feed.js';
import type { ChangeMarks, ExperimentMarks } from '../../../src/contract/records.js';

const marks = (changes: Partial<ExperimentMarks> = {}): ExperimentMarks => ({
  state: 'running',
  experiment: '700',
  look: 1,
  write: '0',
  control: 0,
  rollout: '',
  gate: 0,
  recheck: 0,
  insights: '',
  ...changes,
});
const record = (experiments: ChangeMarks['experiments'], killSwitch = 0, freezes = 0): ChangeMarks => ({
  killSwitch,
  freezes,
  experiments,
});
const told = (changes: readonly { experimentId: string | null; kind: string }[]) =>
  changes.map(({ experimentId, kind }) => [experimentId, kind]);

describe('changes between two readings', () => {
  it('tell that an extraction of insights has begun or ended', () => {
    const before = record({ one: marks({ state: 'completed' }) });
    const after = record({ one: marks({ state: 'completed', insights: '1 700' }) });
    expect(told(changesBetween(before, after))).toEqual([['one', 'insights']]);
  });

  it('are told per experiment and kind, each once', () => {
    const before = record({ one: marks(), two: marks() });
    const after = record(
      {
        one: marks({ state: 'rolling_out', experiment: '701', look: 2, rollout: '701' }),
        two: marks({ write: '1 1 0', experiment: '702' }),
        three: marks(),
        constructor: marks(),
      },
      1,
    );
    expect(told(changesBetween(before, after))).toEqual([
      ['one', 'state'],
      ['one', 'look'],
      ['one', 'rollout'],
      ['two', 'write'],
      ['three', 'state'],
      ['constructor', 'state'],
      [null, 'kill_switch'],
    ]);
    expect(changesBetween(after, after)).toEqual([]);
    expect(told(changesBetween(before, record({ one: marks({ experiment: '9' }), two: marks() })))).toEqual([
      ['one', 'experiment'],
    ]);
  });
});

describe('a feed', () => {
  let now: ChangeMarks;
  let polls: number;
  let outage: Error | null;
  const errors: unknown[] = [];
  let feed: ChangeFeed;
  beforeEach(() => {
    vi.useFakeTimers();
    now = record({ one: marks() });
    polls = 0;
    outage = null;
    errors.length = 0;
    const changeMarks = async () => {
      polls += 1;
      if (outage) throw outage;
      return structuredClone(now);
    };
    feed = new ChangeFeed({ changeMarks }, (error) => errors.push(error));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const second = () => vi.advanceTimersByTimeAsync(1_100);
  const look = (number: number) => {
    now = record({ one: marks({ look: number }) });
  };
  const listen = (since: number | null = null) => {
    const seen: NumberedChange[] = [];
    return { seen, ...feed.listen((change) => seen.push(change), since) };
  };

  it('polls once a second for all listeners, and not at all without any', async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    expect(polls).toBe(0);
    const [a, b] = [listen(), listen()];
    await vi.advanceTimersByTimeAsync(10_000);
    expect(polls).toBeGreaterThan(8);
    expect(polls).toBeLessThan(12);
    a.end();
    b.end();
    const before = polls;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(polls).toBe(before);
  });

  it('tells the first listener to read again once it knows from what it compares', async () => {
    const first = listen();
    expect(first.missed).toEqual([]);
    await second();
    expect(told(first.seen)).toEqual([[null, 'missed']]);
    look(2);
    await second();
    expect(told(first.seen)).toEqual([
      [null, 'missed'],
      ['one', 'look'],
    ]);
    first.end();
  });

  it('tells whoever comes back exactly what came after the last id, while nobody listened too', async () => {
    const first = listen();
    await second();
    look(2);
    await second();
    first.end();
    look(3);
    const second_ = listen(first.seen.at(-1)!.id);
    expect(second_.missed).toEqual([]);
    await second();
    expect(told(second_.seen)).toEqual([['one', 'look']]);
    const third = listen(first.seen[0]!.id);
    expect(third.missed.map(({ id }) => id)).toEqual([first.seen[1]!.id, second_.seen[0]!.id]);
    expect(listen(first.at).missed).toHaveLength(3);
  });

  it('numbers changes in rising order, after a restart too', async () => {
    const first = listen();
    await second();
    look(2);
    await second();
    look(3);
    await second();
    const ids = first.seen.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    expect(new ChangeFeed({ changeMarks: async () => now }).listen(() => {}, null).at).toBeGreaterThan(
      ids.at(-1)!,
    );
  });

  it('says that something may have been missed if it does not know an id', async () => {
    listen();
    await second();
    for (const unknown of [1, Number.NaN, Number.MAX_SAFE_INTEGER])
      expect(told(listen(unknown).missed)).toEqual([[null, 'missed']]);
  });

  it('says so too if more has changed than is kept', async () => {
    const first = listen();
    await second();
    const many = (look_: number) =>
      record(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`e${i}`, marks({ look: look_ })])));
    now = many(1);
    await second();
    now = many(2);
    await second();
    expect(first.seen).toHaveLength(1 + 600 + 600);
    expect(told(listen(first.seen[0]!.id).missed)).toEqual([[null, 'missed']]);
    expect(listen(first.seen[200]!.id).missed).toHaveLength(1_000);
    expect(listen(first.seen[300]!.id).missed).toHaveLength(900);
  });

  it('tells a new listener what has changed while its page was on the way', async () => {
    listen();
    await vi.advanceTimersByTimeAsync(20_000);
    look(2);
    await second();
    expect(told(listen().missed)).toEqual([['one', 'look']]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(listen().missed).toEqual([]);
  });

  it('survives an outage of the record, reports it once, and misses nothing', async () => {
    const first = listen();
    await second();
    outage = new Error('Postgres is away');
    look(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(errors).toEqual([outage]);
    outage = null;
    await second();
    expect(told(first.seen).at(-1)).toEqual(['one', 'look']);
  });
});
