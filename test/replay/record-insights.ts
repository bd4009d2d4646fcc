import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, it } from 'vitest';
import { aClaim, anAnswer, FakeClaude } from '../support/fake-claude.js';
import { startWorld } from '../support/world.js';
import { HISTORIES } from './histories.js';

const FILE = `${HISTORIES}insightsWorkflow.extracted.json`;

/** A run that waits once for an overloaded Claude, asks both questions and ends. Recorded as those of `record.ts`. */
describe.runIf(!existsSync(FILE))('the history of insights', () => {
  it('records extracted', async () => {
    const claude = await FakeClaude.start();
    const headlines = ['Wool socks', 'Cold feet?'];
    claude.react = (_, number) =>
      number === 1
        ? { status: 529 }
        : { answer: anAnswer([aClaim({ text: 'It asks a question', quote: 'Cold feet?' })]) };
    const world = await startWorld({
      kind: 'time-skipping',
      claude: { client: claude.client(), monthlyLimit: 10_000_000 },
    });
    try {
      const verification = { settleHours: 24, windowHours: 24 };
      const experiment = await world.begin({
        id: 'extracted',
        clickRates: [0.02, 0.034],
        headlines,
        policy: { verification },
      });
      await world.until(experiment, ['verifying'], 80);
      await world.until(experiment, ['completed'], 3 * 24);
      await world.pass(1);
      const handle = world.client.workflow.getHandle(world.names.insightsId('extracted'));
      await handle.result();
      const history = await handle.fetchHistory();
      const machine = new RegExp(`\\d+@${os.hostname()}`, 'g');
      const plain = (key: string, value: unknown) =>
        key === 'stackTrace' ? '' : typeof value === 'string' ? value.replaceAll(machine, 'worker') : value;
      await writeFile(FILE, `${JSON.stringify(JSON.parse(historyToJSON(history)), plain)}\n`);
    } finally {
      await world.stop();
      await claude.stop();
    }
  });
});
