import { describe, expect, it } from 'vitest';
import type { ExperimentJson } from '../../../src/tools/demo/api.js';
import { createWatch } from '../../../src/tools/demo/watch.js';
import { gathered, START } from './support/fixtures.js';

function service() {
  let state: ExperimentJson['state'] = 'running';
  let asked = 0;
  return {
    become(next: ExperimentJson['state']) {
      state = next;
    },
    get asked() {
      return asked;
    },
    list: async () => {
      asked++;
      return [gathered('spring', { winner: null, state }).experiment];
    },
  };
}

const changed = { at: START, kind: 'state' as const, experimentId: 'spring', text: '' };

describe('until', () => {
  it('asks once and is woken only by an event of its experiment', async () => {
    const api = service();
    const watch = createWatch(api, Date.now() + 60_000);
    const reached = watch.until('spring', ['verifying']);
    await new Promise((resolve) => setImmediate(resolve));
    watch.take({ ...changed, experimentId: 'autumn' });
    watch.take({ ...changed, kind: 'write' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(api.asked).toBe(1);
    api.become('verifying');
    watch.take(changed);
    expect((await reached).state).toBe('verifying');
    expect(api.asked).toBe(2);
  });

  it('notices a change that happens while it asks', async () => {
    const api = service();
    const watch = createWatch(
      {
        list: async () => {
          const answer = await api.list();
          if (api.asked === 1) {
            api.become('verifying');
            watch.take(changed);
          }
          return answer;
        },
      },
      Date.now() + 60_000,
    );
    expect((await watch.until('spring', ['verifying'])).state).toBe('verifying');
    expect(api.asked).toBe(2);
  });

  it('returns the experiment as it is when the time is up', async () => {
    const watch = createWatch(service(), Date.now() - 1);
    expect((await watch.until('spring', ['verifying'])).state).toBe('running');
  });

  it('rejects for an experiment that the service does not know', async () => {
    await expect(createWatch(service(), Date.now()).until('autumn', [])).rejects.toThrow(RangeError);
  });
});
