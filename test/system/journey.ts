/**
 * `npm run journey -- [--images FOLDER]`: a user starts all tests of the sandbox's account on its pages, follows the first
 * winner until its lift is verified, and takes pictures on the way. Prints one JSON document; exit code 1 if the story
 * doesn't end so. About 5 minutes.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openScene, User } from './journey/journey.js';

/** An hour takes half a second. */
const TIME_SCALE = 7_200;
const DAY_MS = (24 * 3_600_000) / TIME_SCALE;

const { values } = parseArgs({ options: { images: { type: 'string', default: 'docs/images' } } });
await mkdir(values.images, { recursive: true });
const scene = await openScene(TIME_SCALE, (line) => void process.stderr.write(`${line}\n`));
try {
  const user = new User(await scene.browser.visitor());
  const picture = async (name: string, of: User = user) =>
    void (await of.page.screenshot({ path: path.join(values.images, `${name}.png`) }));
  const newTest = new User(await scene.browser.visitor());
  await newTest.page.goto('/experiments/new');
  await picture('new-test', newTest);
  const started = await user.startAll();
  const winner = await user.waitOnList(['verifying'], 20 * DAY_MS);
  await picture('home');
  const id = await user.open(winner);
  await picture('experiment');
  const phone = new User(await scene.browser.visitor({ width: 390 }));
  await phone.page.goto(`/experiments/${id}`);
  await picture('phone', phone);
  await user.waitFor(['completed', 'reverting', 'reverted'], 25 * DAY_MS);
  await picture('verified');
  const outcome = (await scene.sandbox.collaborators.store.getVerification(id))?.outcome ?? null;
  const complaints = [user, newTest, phone].flatMap((each) => each.complaints);
  process.stdout.write(`${JSON.stringify({ started, winner, outcome, complaints }, null, 2)}\n`);
  process.exitCode = started >= 12 && outcome === 'verified' && complaints.length === 0 ? 0 : 1;
} finally {
  await scene.stop();
}
