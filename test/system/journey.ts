/**
 * `npm run journey -- [--images FOLDER]`: a user starts all tests of the sandbox's account on its pages without typing an id,
 * uses every control, follows the first winner until its lift is verified, and takes pictures on the way. Prints one JSON
 * document; exit code 1 if the story doesn't end so. About 5 minutes.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installRuntime } from '../../src/service/runtime.js';
import { openScene, User } from './journey/journey.js';

/** An hour takes half a second. */
const TIME_SCALE = 7_200;
const DAY_MS = (24 * 3_600_000) / TIME_SCALE;
/** Real ms that a control may take to have its effect. */
const STEP_MS = 60_000;

const { values } = parseArgs({ options: { images: { type: 'string', default: 'docs/images' } } });
installRuntime((line) => void process.stderr.write(`${line}\n`));
await mkdir(values.images, { recursive: true });
const scene = await openScene(TIME_SCALE, (line) => void process.stderr.write(`${line}\n`));
try {
  const { store } = scene.sandbox.collaborators;
  const user = new User(await scene.browser.visitor());
  const picture = async (name: string, of: User = user) =>
    void (await of.page.screenshot({ path: path.join(values.images, `${name}.png`) }));
  const newTest = new User(await scene.browser.visitor());
  await newTest.page.goto('/experiments/new');
  await picture('new-test', newTest);
  const started = await user.startAll();
  const used: Record<string, string> = {};
  const use = async (...asked: Parameters<User['use']>) => {
    used[asked[0]] = await user.use(...asked);
  };
  await user.open('Running socks');
  for (const button of ['Check now', 'Pause', 'Resume']) await use(button);
  await use('Extend the test', { label: /^Days from the start/, text: '42' });
  await use('Stop the test', { label: 'Budgets', option: 'restore them' });
  await user.waitFor(['stopped'], STEP_MS);
  await user.open('Trail shoes');
  await use('Drop an ad');

  // The widest difference: others may well not be verified within a week.
  await user.open('Kids’ boots');
  await user.waitFor(['verifying'], 20 * DAY_MS);
  const winner = await user.waitOnList(['verifying'], STEP_MS);
  await picture('home');
  const id = await user.open(winner);
  await picture('experiment');
  const phone = new User(await scene.browser.visitor({ width: 390 }));
  await phone.page.goto(`/experiments/${id}`);
  await picture('phone', phone);

  // Its budget is changed by someone else, so that a revert can't restore it.
  const other = await user.open('Backpacks');
  await use('Promote by force');
  await user.waitFor(['verifying'], STEP_MS);
  const promoted = (await store.getExperiment(other))!;
  const { adSetId } = promoted.variants.find((variant) => variant.id === promoted.winnerVariantId)!;
  await scene.sandbox.sandbox.market.edit(adSetId, { daily_budget: 12_345 });
  await use('Revert');
  await user.waitFor(['needs_attention'], STEP_MS);
  await use('Resolve', { label: 'Budgets', option: 'accept them as they are now' });
  await user.waitFor(['stopped'], STEP_MS);

  await user.open('Swimwear');
  await user.waitFor(['awaiting_approval', 'no_winner'], 28 * DAY_MS);
  await use('Approve');

  await user.open(winner);
  await user.waitFor(['completed', 'reverting', 'reverted'], 25 * DAY_MS);
  await picture('verified');
  const outcome = (await store.getVerification(id))?.outcome ?? null;
  const complaints = [user, newTest, phone].flatMap((each) => each.complaints);
  process.stdout.write(`${JSON.stringify({ started, used, winner, outcome, complaints }, null, 2)}\n`);
  process.exitCode = started >= 12 && outcome === 'verified' && complaints.length === 0 ? 0 : 1;
} finally {
  await scene.stop();
}
