import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNTESTED } from '../../../src/sandbox/untested-ads.js';
import { HAS_BROWSER } from '../../support/browser.js';
import { openScene, type Scene, User } from './journey.js';

/** An hour takes half a second. */
const TIME_SCALE = 7_200;

describe.skipIf(!HAS_BROWSER)('a user of the sandbox', () => {
  let scene: Scene;
  let user: User;
  beforeAll(async () => {
    scene = await openScene(TIME_SCALE);
    user = new User(await scene.browser.visitor());
  }, 120_000);
  afterAll(() => scene?.stop());

  const winnerOf = async (id: string) => {
    const experiment = (await scene.sandbox.collaborators.store.getExperiment(id))!;
    return experiment.variants.find((variant) => variant.id === experiment.winnerVariantId)!.adSetId;
  };

  // One story: each step needs the ones before it.
  it('hands over twelve tests without typing an id, sees one promoted without a reload, and uses every control', {
    timeout: 300_000,
  }, async () => {
    expect(UNTESTED.length).toBeGreaterThanOrEqual(12);
    expect(await user.startAll()).toBe(UNTESTED.length);

    await user.open('Running socks');
    expect(await user.use('Check now')).not.toBe('');
    expect(await user.use('Pause')).toMatch(/paused/i);
    expect(await user.use('Resume')).toBe('Checks go on.');
    expect(await user.use('Stop the test', { label: 'Budgets', option: 'restore them' })).toMatch(/stopped/i);
    await user.waitFor(['stopped'], 10_000);

    await user.open('Trail shoes');
    expect(await user.use('Drop an ad')).toMatch(/no longer|compared|dropped/i);

    const promoted = await user.waitOnList(['rolling_out', 'verifying'], 90_000);
    const id = await user.open(promoted);
    await user.waitFor(['verifying'], 30_000);
    await scene.sandbox.sandbox.market.edit(await winnerOf(id), { daily_budget: 12_345 });
    expect(await user.use('Revert')).toContain('The base was not reached');
    await user.waitFor(['needs_attention'], 30_000);
    expect(await user.page.getByText('Act now').count()).toBe(1);
    expect(await user.use('Resolve', { label: 'Budgets', option: 'accept them as they are now' })).not.toBe(
      '',
    );
    await user.waitFor(['stopped'], 30_000);

    await user.open('Swimwear');
    await user.waitFor(['awaiting_approval'], 90_000);
    expect(await user.use('Approve')).toContain('Phase 60');
    await user.waitFor(['rolling_out', 'verifying'], 30_000);

    await user.open('Backpacks');
    expect(await user.use('Promote by force')).toMatch(/phase|promot/i);
    await user.waitFor(['rolling_out', 'verifying'], 30_000);
    expect(user.complaints).toEqual([]);
  });
});
