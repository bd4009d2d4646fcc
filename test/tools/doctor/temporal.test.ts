import type { ConnectionLike } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSearchAttributes, registerSearchAttributes } from '../../../src/service/namespace.js';
import { checkTemporal, describeAttributes } from '../../../src/tools/doctor/temporal.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../../src/workflows/search-attributes.js';
import { startDevServer, type TestTemporal } from '../../support/temporal.js';

let server: TestTemporal;
beforeAll(async () => {
  server = await startDevServer({ namespace: 'ads' });
}, 120_000);
afterAll(() => server.stop());

const check = async (namespace = 'ads', address = server.address) => {
  const findings = await checkTemporal({ address, namespace }, 5_000);
  return findings.map(({ what, level, figure, cure }) => [what, level, figure, cure]);
};

describe('Temporal', () => {
  it('has findings for version, namespace and registered search attributes, and is not changed', async () => {
    const half = SEARCH_ATTRIBUTE_KEYS.slice(0, 1);
    await addSearchAttributes(server.connection, 'ads', half);
    const expected = [
      ['Temporal', 'ok', expect.stringMatching(/^server \d+\.\d+.* at 127\.0\.0\.1:\d+$/), null],
      ['Namespace', 'ok', expect.stringMatching(/^ads, ended workflows are kept for \d+ d$/), null],
      [
        'Search attributes',
        'warn',
        '1 of 4 registered',
        expect.stringContaining('the worker registers AutoPromotionAccount'),
      ],
    ];
    expect(await check()).toEqual(expected);
    expect(await check()).toEqual(expected);
    await addSearchAttributes(server.connection, 'ads', SEARCH_ATTRIBUTE_KEYS.slice(1));
    expect((await check()).at(-1)).toEqual(['Search attributes', 'ok', '4 of 4 registered', null]);
  });

  it('that allows no registration is checked by queries, and the commands are shown, at the start of a worker too', async () => {
    const locked = await startDevServer({ namespace: 'cloud' });
    const refused = () => Promise.reject(Object.assign(new Error('permission denied'), { code: 7 }));
    const { workflowService } = locked.connection;
    const operatorService = { listSearchAttributes: refused, addSearchAttributes: refused };
    const connection = { workflowService, operatorService } as unknown as ConnectionLike;
    try {
      await addSearchAttributes(locked.connection, 'cloud', SEARCH_ATTRIBUTE_KEYS.slice(0, 2));
      const commands =
        'temporal operator search-attribute create --namespace cloud --name AutoPromotionNextCheck --type Datetime ' +
        '--name AutoPromotionConfidence --type Double; in Temporal Cloud: tcld namespace search-attributes add ' +
        '--namespace cloud --search-attribute AutoPromotionNextCheck=Datetime ' +
        '--search-attribute AutoPromotionConfidence=Double';
      // A new attribute is known to a frontend only after its next refresh.
      await expect
        .poll(() => describeAttributes(connection, 'cloud'), { timeout: 20_000 })
        .toEqual({
          level: 'fail',
          what: 'Search attributes',
          figure:
            '2 of 4 registered, and the service may not register AutoPromotionNextCheck, AutoPromotionConfidence',
          cure: commands,
        });
      await expect(registerSearchAttributes(connection, 'cloud', SEARCH_ATTRIBUTE_KEYS)).rejects.toThrow(
        commands,
      );
      await addSearchAttributes(locked.connection, 'cloud', SEARCH_ATTRIBUTE_KEYS.slice(2));
      await expect
        .poll(() => describeAttributes(connection, 'cloud'), { timeout: 20_000 })
        .toMatchObject({ level: 'ok', figure: '4 of 4 registered' });
      await registerSearchAttributes(connection, 'cloud', SEARCH_ATTRIBUTE_KEYS);
    } finally {
      await locked.stop();
    }
  });

  it('without the namespace says how to create it', async () => {
    expect(await check('adz')).toEqual([
      ['Temporal', 'ok', expect.any(String), null],
      ['Namespace', 'fail', expect.stringContaining('adz'), expect.stringContaining('--namespace adz')],
    ]);
  });

  it('fails in time if it does not answer', async () => {
    const findings = await checkTemporal({ address: '127.0.0.1:1', namespace: 'ads' }, 500);
    expect(findings).toMatchObject([{ level: 'fail', cure: 'start Temporal, or correct TEMPORAL_ADDRESS' }]);
  });
});
