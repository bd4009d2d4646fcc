import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it, vi } from 'vitest';
import { openEncoders } from '../../src/clients/encoder/encoders.js';
import { searchEncoders } from '../../src/service/collaborators.js';
import { startWorld } from '../support/world.js';
import { HISTORIES } from './histories.js';

const FILE = `${HISTORIES}learningWorkflow.learned.json`;

const WAIT = { timeout: 60_000, interval: 100 };

/** A run that looks for tests to forecast and learns from one that was decided. Recorded as those of `record.ts`. */
describe.runIf(!existsSync(FILE))('the history of learning', () => {
  it('records learned', async () => {
    const encoders = openEncoders('/nowhere');
    const world = await startWorld({
      kind: 'time-skipping',
      learning: { encoders, encoder: 'use-lite', search: searchEncoders(encoders, null) },
    });
    try {
      const headlines = ['Warm coats', 'Cold outside?'];
      const decided = await world.begin({ id: 'decided', clickRates: [0.015, 0.025], headlines });
      await vi.waitFor(async () => expect(await world.store.getForecast('decided')).not.toBeNull(), WAIT);
      await world.until(decided, ['verifying'], 700);
      await vi.waitFor(async () => expect(await world.store.listModels(1)).not.toEqual([]), WAIT);
      const handle = world.client.workflow.getHandle(world.names.learningId);
      await handle.result();
      const history = await handle.fetchHistory();
      const machine = new RegExp(`\\d+@${os.hostname()}`, 'g');
      const plain = (key: string, value: unknown) =>
        key === 'stackTrace' ? '' : typeof value === 'string' ? value.replaceAll(machine, 'worker') : value;
      await writeFile(FILE, `${JSON.stringify(JSON.parse(historyToJSON(history)), plain)}\n`);
    } finally {
      await world.stop();
      await encoders.close();
    }
  });
});
