import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNTESTED } from '../../../src/sandbox/untested-ads.js';
import { HAS_BROWSER } from '../../support/browser.js';
import { openScene, type Scene, User } from './journey.js';

/** An hour takes a second. */
const TIME_SCALE = 3_600;

/** The whole way to a verified winner, with every control, is a command of its own: `npm run journey`. */
describe.skipIf(!HAS_BROWSER)('a user of the sandbox', () => {
  let scene: Scene;
  let user: User;
  beforeAll(async () => {
    scene = await openScene(TIME_SCALE);
    user = new User(await scene.browser.visitor());
  }, 120_000);
  afterAll(() => scene?.stop());

  // One story: each step needs the ones before it.
  it('hands over twelve tests without typing an id, promotes one by force, sees it without a reload, and reverts it', {
    timeout: 240_000,
  }, async () => {
    expect(UNTESTED.length).toBeGreaterThanOrEqual(12);
    expect(await user.startAll()).toBe(UNTESTED.length);
    await user.open('Swimwear');
    expect(await user.use('Check now')).not.toBe('');
    await user.page.getByText('leads', { exact: false }).first().waitFor();
    expect(await user.use('Promote by force')).toMatch(/phase|promot/i);
    await user.waitFor(['verifying'], 30_000);
    expect(await user.use('Revert')).not.toBe('');
    await user.waitFor(['reverted'], 30_000);
    expect(user.complaints).toEqual([]);
  });
});
