import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Experiment, type Policy } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

const { guardrails, guardrailWaitHours } = DEFAULT_POLICY;
/** The guardrails of a new test. */
const WAITING: Partial<Policy> = { guardrails, guardrailWaitHours };

describe('a promotion that waits for its guardrails', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const hoursOf = async (experiment: Experiment) =>
    ((await world.clock.now()) - experiment.startedAt) / HOUR_MS;

  it('comes once the winner is shown to sell as well', async () => {
    const experiment = await world.begin({
      id: 'sells',
      clickRates: [0.02, 0.034],
      conversionRates: [0.2, 0.2],
      policy: WAITING,
    });
    await world.pass(42);
    const early = (await world.store.latestDecision(experiment.id))!;
    expect(early).toMatchObject({ verdict: 'continue_testing', winnerVariantId: null });
    expect(early.reasons[0]).toMatch(
      /^challenger wins: .*, but cost per conversion of challenger over control: .*: the promotion waits until .* UTC at most\.$/,
    );
    expect((await world.state(experiment)).state).toBe('running');
    await world.until(experiment, ['rolling_out', 'verifying'], 72);
    expect(await hoursOf(experiment)).toBeLessThan(96);
    const { by } = (await world.store.getPromotion(experiment.id))!;
    expect(by).toBe('rule');
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('needs a user after the wait if conversions are too few, although the policy asks for no approval', async () => {
    const experiment = await world.begin({
      id: 'few',
      clickRates: [0.02, 0.034],
      conversionRates: [0.01, 0.01],
      policy: { ...WAITING, guardrailWaitHours: 48 },
    });
    const asked = await world.until(experiment, ['awaiting_approval'], 96);
    expect(asked.stateReason).toMatch(
      /^challenger wins: .*, but cost per conversion of challenger over control: too little data \(.* conversions < 25 \(conversions count .*\)\), and the wait ended at .* UTC\. Someone must approve it\.$/,
    );
    expect(await hoursOf(experiment)).toBeGreaterThan(72);
    expect(await world.audit(experiment)).toEqual([]);
    await world.pass(80);
    // Nobody approved: the test went on, and the next look asks again.
    expect((await world.state(experiment)).state).toBe('awaiting_approval');
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'approve');
    expect(await world.budgets(experiment)).toEqual([16_000, 24_000]);
    expect((await world.store.getPromotion(experiment.id))!.by).toBe('ana@example.com');
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });
});
