import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, it } from 'vitest';
import { Post, until } from '../support/post.js';
import { HISTORIES } from './histories.js';

const FILE = `${HISTORIES}messengerWorkflow.outage.json`;

/** A run that waits after 503 and 429, goes on after a refused message, and ends with nothing left. Recorded as those of `record.ts`. */
describe.runIf(!existsSync(FILE))('the history of a messenger', () => {
  it('records outage', async () => {
    const post = await Post.open('time-skipping');
    try {
      const { slack, world } = post;
      let requests = 0;
      const answers = [503, 400, 429, 503];
      slack.fault = () => {
        const status = answers[requests++];
        return status === undefined ? null : { status, body: '{"retry_after": 30}' };
      };
      await post.say();
      await post.say();
      await post.say();
      for (let tries = 0; tries < 50 && !(await post.isIdle('slack')); tries++) await world.pass(0.02);
      await until(async () => !(await post.isRunning('slack')));
      const history = await world.client.workflow.getHandle(world.names.messengerId('slack')).fetchHistory();
      const machine = new RegExp(`\\d+@${os.hostname()}`, 'g');
      const plain = (key: string, value: unknown) =>
        key === 'stackTrace' ? '' : typeof value === 'string' ? value.replaceAll(machine, 'worker') : value;
      await writeFile(FILE, `${JSON.stringify(JSON.parse(historyToJSON(history)), plain)}\n`);
    } finally {
      await post.close();
    }
  });
});
