import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/domain/decision/decision.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';
import { aDecision, anotherExperiment, DATABASES, useDatabase } from './fixtures.js';

/** Every byte, in a view that covers only a part of its buffer. */
const BYTES = new Uint8Array(Array.from({ length: 300 }, (_, index) => index % 256)).subarray(7, 290);

describe.each(DATABASES)('decisions on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('reads every field that was stored, doubles bit for bit', async () => {
    const { store } = await db.seeded();
    const decision = aDecision();
    expect(await store.saveDecision(decision, {})).toEqual(decision);
    expect(await store.getDecision('exp_1', 1)).toEqual(decision);
    expect(await store.getDecision('exp_1', 2)).toBeNull();
    const promote = aDecision({ lookNumber: 2, verdict: 'promote', winnerVariantId: 'challenger-1' });
    expect(await store.saveDecision(promote, {})).toEqual(promote);
  });

  it('keeps the first of two decisions on one look, with its states', async () => {
    const { store } = await db.seeded();
    const first = aDecision();
    await store.saveDecision(first, { 'a|b': Uint8Array.of(1) });
    const second = aDecision({ verdict: 'insufficient_data', inputHash: 'cd'.repeat(32) });
    expect(await store.saveDecision(second, { 'a|b': Uint8Array.of(2), other: Uint8Array.of(3) })).toEqual(
      first,
    );
    expect(await store.ruleStates('exp_1', 1)).toEqual({ 'a|b': Uint8Array.of(1) });
  });

  it('answers many calls at once with the one decision that it stored', async () => {
    const { store } = await db.seeded();
    const saved = await Promise.all(
      [1, 2, 3, 4].map((number) =>
        store.saveDecision(aDecision({ inputHash: String(number) }), { pair: Uint8Array.of(number) }),
      ),
    );
    const stored = await store.getDecision('exp_1', 1);
    for (const each of saved) expect(each).toEqual(stored);
    expect(await store.ruleStates('exp_1', 1)).toEqual({ pair: Uint8Array.of(Number(stored!.inputHash)) });
  });

  it('lists the latest look first, by page', async () => {
    const { store } = await db.seeded();
    expect(await store.latestDecision('exp_1')).toBeNull();
    for (let lookNumber = 1; lookNumber <= 11; lookNumber += 1)
      await store.saveDecision(aDecision({ lookNumber }), {});
    const looks = async (limit: number, offset: number) =>
      (await store.listDecisions('exp_1', { limit, offset })).map((decision) => decision.lookNumber);
    expect(await looks(3, 0)).toEqual([11, 10, 9]);
    expect(await looks(3, 9)).toEqual([2, 1]);
    expect((await store.latestDecision('exp_1'))?.lookNumber).toBe(11);
  });

  it('reads the bytes of every pair, for the last two looks only', async () => {
    const { store, experiment } = await db.seeded();
    const states = { 'control|challenger-1': BYTES, 'ä"\\,{}': new Uint8Array(0) };
    await store.saveDecision(aDecision(), { old: Uint8Array.of(1) });
    await store.saveDecision(aDecision({ lookNumber: 2 }), states);
    await store.saveDecision(aDecision({ lookNumber: 3 }), {});
    const back = await store.ruleStates('exp_1', 2);
    expect(back).toEqual(states);
    for (const state of Object.values(back!)) expect(state.constructor).toBe(Uint8Array);
    expect(await store.ruleStates('exp_1', 3)).toEqual({});
    expect(await store.ruleStates('exp_1', 1)).toBeNull();
    expect(await store.ruleStates('exp_1', 4)).toBeNull();
    const kept = await db.pool.query(
      'select distinct look_number from auto_promotion.rule_states where account_id = $1',
      [experiment.accountId],
    );
    expect(kept.rows).toEqual([{ look_number: 2 }]);
  });

  it('stores no look without its states and no states without their look', async () => {
    const { store } = await db.seeded();
    const unknownWinner = aDecision({ verdict: 'promote', winnerVariantId: 'nobody' });
    await expect(store.saveDecision(unknownWinner, { pair: BYTES })).rejects.toMatchObject({ code: '23503' });
    expect(await store.getDecision('exp_1', 1)).toBeNull();
    expect(await store.ruleStates('exp_1', 1)).toBeNull();
  });

  it('refuses a winner without a promotion, a promotion without a winner, and numbers that JSON would lose', async () => {
    const { store } = await db.seeded();
    await expect(store.saveDecision(aDecision({ winnerVariantId: 'control' }), {})).rejects.toMatchObject({
      code: '23514',
    });
    await expect(store.saveDecision(aDecision({ verdict: 'promote' }), {})).rejects.toMatchObject({
      code: '23514',
    });
    const endless = aDecision();
    endless.pairs[0]!.evidence.interval = [0, Number.POSITIVE_INFINITY];
    await expect(store.saveDecision(endless, {})).rejects.toThrow('1 is Infinity');
  });

  it('is immutable', async () => {
    const { store } = await db.seeded();
    await store.saveDecision(aDecision(), {});
    for (const statement of ["update %s set verdict = 'no_winner'", 'delete from %s', 'truncate %s cascade'])
      await expect(
        db.pool.query(statement.replace('%s', 'auto_promotion.decisions')),
        statement,
      ).rejects.toMatchObject({ code: '23001' });
    expect(await store.getDecision('exp_1', 1)).toEqual(aDecision());
  });

  it("gives the drift of the account's other tests: the latest look of each, of one objective and version", async () => {
    const { store, experiment } = await db.seeded();
    const { accountId } = experiment;
    const other = (id: string, number: number, changes: Partial<Experiment> = {}) =>
      store.createExperiment(anotherExperiment(id, number, { accountId, ...changes }));
    await other('later', 2, { startedAt: experiment.startedAt + 1 });
    await other('by_cost', 3, { policy: { ...DEFAULT_POLICY, objective: 'cost_per_conversion' } });
    await other('old_version', 4);
    await other('no_look', 5);
    const [pair] = aDecision().pairs;
    const drifting = (variantA: string, logLikelihood: number[]) => {
      const drift = { sd: 0, memoryHours: 0, variance: 0, tests: 0, bucketSe: 0, logLikelihood };
      return { ...pair!, variantA, evidence: { ...pair!.evidence, drift } };
    };
    const look = (experimentId: string, lookNumber: number, pairs: Decision['pairs'], ruleVersion = '3') =>
      store.saveDecision(aDecision({ experimentId, lookNumber, ruleVersion, pairs }), {});
    await look('exp_1', 1, [drifting('control', [9])]);
    await look('exp_1', 2, [drifting('control', [0, -1.25]), drifting('control', [0, 2])]);
    // Pairs without the control say the same again.
    await look('later', 1, [drifting('control', [0, 3]), drifting('challenger-1', [0, 7])]);
    await look('by_cost', 1, [drifting('control', [0, 4])]);
    await look('old_version', 1, [drifting('control', [0, 5])], '2');
    const asked = {
      objective: 'click_through_rate',
      strata: 'hour',
      rule: 'sequential',
      ruleVersion: '3',
    } as const;
    expect(await store.driftHistory({ ...asked, except: null })).toEqual([
      [[0, 3]],
      [
        [0, -1.25],
        [0, 2],
      ],
    ]);
    expect(await store.driftHistory({ ...asked, except: 'later' })).toEqual([
      [
        [0, -1.25],
        [0, 2],
      ],
    ]);
    expect(await store.driftHistory({ ...asked, ruleVersion: '4', except: null })).toEqual([]);
  });
});
