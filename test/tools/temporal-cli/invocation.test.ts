import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.js';
import { cliArguments, cliEnvironment, findServer } from '../../../src/tools/temporal-cli/invocation.js';

const LIVE = {
  MODE: 'live',
  META_ACCESS_TOKEN: 'canary',
  META_AD_ACCOUNT_ID: 'act_42',
  API_TOKEN: 'canary-of-the-api',
  TEMPORAL_ADDRESS: '127.0.0.1:7',
};

describe('the Temporal CLI of a live service', () => {
  const server = findServer(readConfig({ ...LIVE, TEMPORAL_NAMESPACE: 'ads' }));

  it("gets the service's server, namespace and access, but not its other secrets", () => {
    const env = { ...LIVE, TEMPORAL_API_KEY: 'key', PATH: '/bin' };
    expect(cliEnvironment(env, server)).toEqual({
      PATH: '/bin',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_ADDRESS: '127.0.0.1:7',
      TEMPORAL_NAMESPACE: 'ads',
    });
  });

  it('gets the workflow id of an experiment, and all other arguments unchanged', () => {
    const workflow = ['--workflow-id', 'live/act_42/experiment/spring'];
    expect(cliArguments(['a', '--experiment', 'spring', '--input', '{}'], server)).toEqual([
      'a',
      ...workflow,
      '--input',
      '{}',
    ]);
    expect(cliArguments(['--experiment=spring'], server)).toEqual(workflow);
    expect(() => cliArguments(['--experiment'], server)).toThrow(/^--experiment needs the id/);
    expect(() => cliArguments(['--experiment', 'x'], { ...server, accountId: null })).toThrow(
      /META_AD_ACCOUNT_ID/,
    );
  });
});
