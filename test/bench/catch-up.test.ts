import { describe, expect, it } from 'vitest';
import { measureCatchUp } from '../../bench/catch-up/measure.js';

const SERVICE_ENDS_WELL = { failed: 0, troubles: 0, at_a_time: 8 };
/** Beside other tests a read takes long. Of 300 checks at once many would take longer still. */
const readTimeoutMs = 15_000;

describe('a service that was down for a day', () => {
  it('checks 300 experiments that are due at once, and not one check fails', async () => {
    const { service } = await measureCatchUp({ experiments: 300, atATime: 8, compare: false, readTimeoutMs });
    expect(service).toMatchObject({ ...SERVICE_ENDS_WELL, experiments: 300, checked: 300 });
  }, 900_000);

  it('is measured beside the bare engine, with as many workflows and activities', async () => {
    const { service, engine, ratio } = await measureCatchUp({
      experiments: 20,
      atATime: 8,
      compare: true,
      readTimeoutMs,
    });
    expect(service).toMatchObject({ ...SERVICE_ENDS_WELL, experiments: 20, checked: 20 });
    // Each workflow of the engine has as many, so that the sum is rounded to them.
    expect(Math.abs(engine.activities - service.activities)).toBeLessThanOrEqual(10);
    expect(ratio).toBeCloseTo(service.seconds / engine.seconds, 10);
  }, 240_000);
});
