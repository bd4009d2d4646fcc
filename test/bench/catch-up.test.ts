import { describe, expect, it } from 'vitest';
import { measureCatchUp } from '../../bench/catch-up/measure.js';

const SERVICE_ENDS_WELL = { failed: 0, troubles: 0, at_a_time: 8 };
/** Reads are slow while other tests run. */
const readTimeoutMs = 15_000;

/** A short form of `npm run -s bench:catch-up`. */
describe('a service that was down for a day', () => {
  it('checks 60 experiments that are due at the same time, and no check fails', async () => {
    const { service } = await measureCatchUp({ experiments: 60, atATime: 8, compare: false, readTimeoutMs });
    expect(service).toMatchObject({ ...SERVICE_ENDS_WELL, experiments: 60, checked: 60 });
  }, 900_000);

  it('is compared with the bare engine running as many workflows and activities', async () => {
    const { service, engine, ratio } = await measureCatchUp({
      experiments: 20,
      atATime: 8,
      compare: true,
      readTimeoutMs,
    });
    expect(service).toMatchObject({ ...SERVICE_ENDS_WELL, experiments: 20, checked: 20 });
    // The engine's activities are rounded to the same number per workflow.
    expect(Math.abs(engine.activities - service.activities)).toBeLessThanOrEqual(10);
    expect(ratio).toBeCloseTo(service.seconds / engine.seconds, 10);
  }, 240_000);
});
