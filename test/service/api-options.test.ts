import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { apiOptions } from '../../src/service/api.js';

describe('the options of the API', () => {
  it.each([
    [{}, 10],
    [{ MANUAL_MINUTES_PER_CHECK: '25' }, 25],
  ])('have the minutes by hand of the settings %o', (env, minutes) => {
    expect(apiOptions(readConfig(env), () => {}).manualMinutesPerCheck).toBe(minutes);
  });
});
