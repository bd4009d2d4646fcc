import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlOutcome } from '../../src/contract/messages.js';
import { findTemporalCli } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { startWorld, type World } from '../support/world.js';

const run = promisify(execFile);

/** On the dev server, one hour per second, for tests that need real concurrency or the Temporal CLI. */
describe('one actor', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 3600 });
  });
  afterAll(() => world?.stop());

  it('never lets two looks overlap: a requested check waits for a scheduled one', async () => {
    const experiment = await world.begin({
      id: 'crowded',
      clickRates: [0.02, 0.02],
      policy: { checkEveryHours: 1 },
    });
    await world.pass(1);
    const outcomes: ControlOutcome[] = [];
    for (let round = 0; round < 4; round++) {
      outcomes.push(
        ...(await Promise.all([world.control(experiment, 'check'), world.control(experiment, 'check')])),
      );
    }
    const numbers = outcomes.map((outcome) => outcome.decision!.lookNumber);
    expect(new Set(numbers).size).toBe(numbers.length);
    const history = await world.client.workflow
      .getHandle(world.names.workflowId(experiment.id))
      .fetchHistory();
    let open = 0;
    let most = 0;
    for (const event of history.events ?? []) {
      if (event.activityTaskScheduledEventAttributes) open += 1;
      if (event.activityTaskCompletedEventAttributes || event.activityTaskFailedEventAttributes) open -= 1;
      most = Math.max(most, open);
    }
    expect(most).toBe(1);
    const looks = await world.store.listDecisions(experiment.id, { limit: 100, offset: 0 });
    expect(new Set(looks.map((look) => look.lookNumber)).size).toBe(looks.length);
    await world.control(experiment, 'stop');
  });

  it('takes a signal from the Temporal CLI into the same queue', async () => {
    const experiment = await world.begin({ id: 'signalled', clickRates: [0.02, 0.02] });
    const cli = findTemporalCli().found!.file;
    const signal = (name: string, input?: string) =>
      run(cli, [
        ...[
          'workflow',
          'signal',
          '--address',
          world.temporal.address,
          '--namespace',
          world.temporal.namespace,
        ],
        ...['--workflow-id', world.names.workflowId(experiment.id), '--name', name],
        ...(input === undefined ? [] : ['--input', input]),
      ]);
    await signal('pause', JSON.stringify({ by: 'ops', reason: 'freeze for the holidays' }));
    await world.until(experiment, ['paused'], 20);
    await signal('resume');
    await world.until(experiment, ['running'], 20);
    const controls = await world.store.listControls(experiment.id);
    expect(controls.map(({ kind, by, reason }) => ({ kind, by, reason }))).toEqual([
      { kind: 'pause', by: 'ops', reason: 'freeze for the holidays' },
      { kind: 'resume', by: 'a Temporal signal', reason: 'none given' },
    ]);
    await signal('stop', JSON.stringify({ by: 'ops', reason: 'enough' }));
    await world.until(experiment, ['stopped'], 20);
  });

  it('shows state, account and next check as search attributes, and a summary on every activity and timer', async () => {
    const experiment = await world.begin({ id: 'readable', clickRates: [0.02, 0.02] });
    await world.pass(7);
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    const { searchAttributes, memo } = await handle.describe();
    expect(searchAttributes).toMatchObject({
      AutoPromotionState: ['running'],
      AutoPromotionAccount: [world.market.account.id],
    });
    expect(memo).toMatchObject({ name: 'readable' });
    const { events = [] } = await handle.fetchHistory();
    const commands = events!.filter(
      (event) => event.activityTaskScheduledEventAttributes || event.timerStartedEventAttributes,
    );
    const bare = commands.filter((event) => !event.userMetadata?.summary?.data?.length);
    expect(commands.length).toBeGreaterThan(3);
    expect(
      bare.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? 'timer'),
    ).toEqual([]);
    await world.control(experiment, 'stop');
  });
});
