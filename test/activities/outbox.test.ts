import { Client, Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { createOutbox, NO_OUTBOX } from '../../src/activities/outbox.js';
import { createHooks } from '../../src/clients/webhook/index.js';
import { namesOf } from '../../src/contract/names.js';
import { transitionTo } from '../support/messages.js';

const message = transitionTo('no_winner', { code: 'no_winner', detail: 'Nobody won.' }, { from: 'running' })!;
const hook = { kind: 'slack' as const, url: 'http://127.0.0.1:1/', secret: null };
const hooks = createHooks([
  { ...hook, name: 'desk', messages: ['no_winner', 'hold'] },
  { ...hook, name: 'money', messages: ['hold'] },
]);

describe('the outbox', () => {
  it('addresses a message to the hooks that want it', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    const names = namesOf({ environment: 'sandbox', accountId: 'act_1' });
    const outbox = createOutbox({ hooks, client: new Client({ connection }), names });
    expect(outbox.entryOf(message)).toEqual({ message, hooks: ['desk'] });
    expect(outbox.entryOf(null)).toBeNull();
    expect(NO_OUTBOX.entryOf(message)).toEqual({ message, hooks: [] });
    await connection.close();
  });

  it('neither fails nor waits long if Temporal does not answer', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    const names = namesOf({ environment: 'sandbox', accountId: 'act_1' });
    const outbox = createOutbox({ hooks, client: new Client({ connection }), names });
    const began = performance.now();
    await outbox.wake('hold');
    expect(performance.now() - began).toBeLessThan(5_000);
    await connection.close();
  });
});
