import { describe, expect, it } from 'vitest';
import { classify, type Failure, toMetaError } from '../../../src/clients/meta/errors.js';
import { retryHint } from '../../../src/clients/meta/quota.js';
import { createScrub } from '../../../src/clients/meta/scrub.js';
import type { MetaErrorKind } from '../../../src/domain/rollout/obstacle.js';
import { clientOf, failureOf, json, withGraph } from './support.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function failure(parts: Partial<Failure>): Failure {
  return {
    method: 'POST',
    path: '/v24.0/12',
    httpStatus: 400,
    headers: {},
    source: 'graph',
    code: null,
    subcode: null,
    isTransient: false,
    traceId: null,
    text: 'no',
    ...parts,
  };
}

const GRAPH: ReadonlyArray<readonly [MetaErrorKind, code: number, subcode: number | null]> = [
  ['rate', 4, null],
  ['rate', 17, null],
  ['rate', 17, 2446079],
  ['rate', 32, null],
  ['rate', 341, null],
  ['rate', 613, null],
  ['rate', 613, 1487742],
  ['rate', 613, 5044001],
  ['rate', 613, 1487632],
  ...Array.from({ length: 15 }, (_, more) => ['rate', 80000 + more, null] as const),
  ['transient', 1, null],
  ['transient', 2, null],
  ['transient', -1, null],
  ['transient', -3, null],
  ['too_large', 100, 1504018],
  ['too_large', 100, 1487534],
  ['auth', 190, null],
  ...Array.from({ length: 10 }, (_, more) => ['auth', 190, 458 + more] as const),
  ['auth', 102, null],
  ['auth', 104, null],
  ['auth', 2500, null],
  ['permission', 3, null],
  ['permission', 10, null],
  ['permission', 200, null],
  ['permission', 294, null],
  ['permission', 299, null],
  ['permission', 100, 3191001],
  ['not_found', 100, 33],
  ['policy', 368, null],
  ['policy', 100, 1404078],
  ['version', 2635, null],
  ['not_yet', 100, 1885650],
  ['invalid', 100, null],
  ['invalid', 100, 1885272],
  ['invalid', 100, 1487901],
  ['invalid', 100, 1885621],
  ['invalid', 300, null],
  ['invalid', 79999, null],
  ['invalid', 80015, null],
  ['invalid', 199, null],
  ['invalid', 100, 468],
];

describe("Graph's error classes", () => {
  it.each(GRAPH)('%s: %i/%s', (kind, code, subcode) => {
    expect(classify(failure({ code, subcode })).kind).toBe(kind);
  });

  const WAITS: Partial<Record<MetaErrorKind, number>> = {
    rate: 5 * MINUTE,
    not_yet: 15 * MINUTE,
  };

  it.each([...GRAPH, ['transient', 1, 99] as const])(
    'reach the caller with their wait: %s: %i/%s',
    async (kind, code, subcode) => {
      const body = { error: { message: 'no', type: 'OAuthException', code, error_subcode: subcode } };
      await withGraph(
        (_, response) => json(response, body, 400),
        async (_, { url }) => {
          const wait = subcode === 1487632 ? HOUR : (WAITS[kind] ?? null);
          // One client per call: a client that has to wait would not send the second call.
          const read = await failureOf(clientOf(url).getAdSet('12'));
          expect(read.kind).toBe(kind);
          expect(read.details).toMatchObject({ code, subcode, retryAfterMs: wait, outcome: 'not_applied' });
          const write = await failureOf(clientOf(url).writeDailyBudget('12', 6000));
          expect(write.kind).toBe(kind);
          expect(write.details.retryAfterMs).toBe(wait);
          expect(write.details.outcome).toBe(write.kind === 'transient' ? 'unknown' : 'not_applied');
        },
      );
    },
  );

  it('reads 1/99 as too large for insights, and as an unknown failure for all other calls', () => {
    const unknown = { code: 1, subcode: 99 };
    for (const path of ['/v24.0/act_1/insights', '/v24.0/777/insights']) {
      expect(classify(failure({ ...unknown, method: 'GET', path }))).toMatchObject({
        kind: 'too_large',
        retryAfterMs: null,
      });
    }
    for (const path of ['/v24.0/12', '/v24.0/act_1', '/v24.0/12/ads', '/v24.0/act_1/activities']) {
      expect(classify(failure({ ...unknown, method: 'GET', path }))).toMatchObject({
        kind: 'transient',
        retryAfterMs: null,
        outcome: 'not_applied',
      });
    }
    const posts = ['/v24.0/12', '/v24.0/act_1/insights'];
    for (const path of posts) {
      expect(classify(failure({ ...unknown, path }))).toMatchObject({
        kind: 'transient',
        outcome: 'unknown',
      });
    }
  });

  it('checks is_transient after the specific classes and before the general one', () => {
    expect(classify(failure({ code: 100, isTransient: true })).kind).toBe('transient');
    expect(classify(failure({ code: 4, isTransient: true })).kind).toBe('rate');
    expect(classify(failure({ code: 190, isTransient: true })).kind).toBe('auth');
  });

  it('uses the HTTP status if there is no known code', () => {
    expect(classify(failure({ httpStatus: 503 })).kind).toBe('transient');
    expect(classify(failure({ httpStatus: 429 })).kind).toBe('rate');
    expect(classify(failure({ httpStatus: 429, source: 'foreign' })).kind).toBe('rate');
    expect(classify(failure({ httpStatus: 400 })).kind).toBe('invalid');
  });

  it('reads every field of an error', async () => {
    const error = {
      message: 'Invalid parameter',
      error_user_msg: 'The budget is too low.',
      type: 'OAuthException',
    };
    await withGraph(
      (_, response) =>
        json(response, { error: { ...error, code: 100, error_subcode: 1885272, fbtrace_id: 'Abc-1_' } }, 400),
      async (client) => {
        const { kind, message, details } = await failureOf(client.writeDailyBudget('12', 1));
        expect(kind).toBe('invalid');
        expect(message).toBe(
          'POST /v24.0/12: Invalid parameter / The budget is too low. (code 100, subcode 1885272, HTTP 400)',
        );
        expect(details).toStrictEqual({
          httpStatus: 400,
          code: 100,
          subcode: 1885272,
          traceId: 'Abc-1_',
          retryAfterMs: null,
          outcome: 'not_applied',
        });
      },
    );
  });

  it("treats Graph's error in an HTTP 200 as an error", async () => {
    await withGraph(
      (_, response) => json(response, { error: { code: 190, message: 'expired' }, success: true }),
      async (client) => {
        const error = await failureOf(client.writeDailyBudget('12', 6000));
        expect(error.kind).toBe('auth');
        expect(error.details.outcome).toBe('unknown');
      },
    );
  });

  it('accepts a malformed error object', async () => {
    for (const error of [{}, { code: '100', message: 5, error_subcode: {}, fbtrace_id: ['x'] }, []]) {
      await withGraph(
        (_, response) => json(response, { error }, 400),
        async (client) => {
          const { kind, details } = await failureOf(client.getAd('9'));
          expect(kind).toBe('invalid');
          expect(details).toMatchObject({ code: null, subcode: null, traceId: null });
        },
      );
    }
  });
});

describe('outcome', () => {
  it('of a read is always not_applied', () => {
    for (const source of ['graph', 'foreign', 'unsuccessful', 'network'] as const) {
      for (const httpStatus of [null, 200, 400, 500]) {
        expect(classify(failure({ method: 'GET', source, httpStatus })).outcome).toBe('not_applied');
      }
    }
  });

  it('of a write is known only after a refusal by Graph', () => {
    const outcome = (parts: Partial<Failure>): string => classify(failure(parts)).outcome;
    expect(outcome({ code: 100 })).toBe('not_applied');
    expect(outcome({ code: 17 })).toBe('not_applied');
    expect(outcome({ code: 190, httpStatus: 401 })).toBe('not_applied');
    expect(outcome({ code: 2 })).toBe('unknown');
    expect(outcome({ code: 100, httpStatus: 500 })).toBe('unknown');
    expect(outcome({ code: 4, httpStatus: 503 })).toBe('unknown');
    expect(outcome({ source: 'foreign', httpStatus: 400 })).toBe('unknown');
    expect(outcome({ source: 'unsuccessful', httpStatus: 200 })).toBe('unknown');
    expect(outcome({ source: 'network', httpStatus: null })).toBe('unknown');
  });
});

describe('how long to wait', () => {
  const useCase = (...minutes: unknown[]): string =>
    JSON.stringify({
      '1': minutes.map((estimated_time_to_regain_access) => ({
        type: 'ads_management',
        estimated_time_to_regain_access,
      })),
      '2': [{ type: 'ads_insights', estimated_time_to_regain_access: 1 }],
    });
  const account = (seconds: unknown): string =>
    JSON.stringify({ acc_id_util_pct: 100, reset_time_duration: seconds });

  it.each([
    ['rate', failure({ code: 17 }), 5 * MINUTE],
    ['rate of one ad set', failure({ code: 613, subcode: 1487632 }), HOUR],
    ['transient', failure({ code: 2 }), null],
    ['not yet', failure({ code: 100, subcode: 1885650 }), 15 * MINUTE],
    ['auth', failure({ code: 190 }), null],
    ['permission', failure({ code: 10 }), null],
    ['not found', failure({ code: 100, subcode: 33 }), null],
    ['policy', failure({ code: 368 }), null],
    ['version', failure({ code: 2635 }), null],
    ['too large', failure({ code: 100, subcode: 1504018 }), null],
    ['invalid', failure({ code: 100 }), null],
  ])('%s, without a hint', (_, failed, wait) => {
    expect(classify(failed).retryAfterMs).toBe(wait);
  });

  it('prefers the use case (minutes), then the account (seconds), then retry-after (seconds)', () => {
    const hints = {
      'x-business-use-case-usage': useCase(3, 7, 0),
      'x-ad-account-usage': account(90),
      'retry-after': '30',
    };
    expect(retryHint(hints)).toBe(7 * MINUTE);
    expect(retryHint({ ...hints, 'x-business-use-case-usage': '{}' })).toBe(90_000);
    expect(retryHint({ 'retry-after': '30' })).toBe(30_000);
    expect(retryHint({ 'x-app-usage': '{"call_count":100}' })).toBeNull();
    expect(retryHint({})).toBeNull();
  });

  it.each([
    [{ 'x-business-use-case-usage': 'not json' }],
    [{ 'x-business-use-case-usage': '[1]' }],
    [{ 'x-business-use-case-usage': '{"1":{}}' }],
    [{ 'x-business-use-case-usage': '{"1":[null,5,"x"]}' }],
    [{ 'x-business-use-case-usage': JSON.stringify({ '1': [{ estimated_time_to_regain_access: '9' }] }) }],
    [{ 'x-ad-account-usage': account(0) }],
    [{ 'x-ad-account-usage': account(-5) }],
    [{ 'x-ad-account-usage': 'null' }],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }],
  ])('takes no hint from %j', (headers) => {
    expect(retryHint(headers)).toBeNull();
  });

  it('uses a hint only for the rate class, and never to shorten the block of an ad set', () => {
    const headers = { 'x-business-use-case-usage': useCase(7) };
    const long = { 'x-business-use-case-usage': useCase(90) };
    expect(classify(failure({ code: 80004, headers })).retryAfterMs).toBe(7 * MINUTE);
    expect(classify(failure({ code: 613, subcode: 1487632, headers })).retryAfterMs).toBe(HOUR);
    expect(classify(failure({ code: 613, subcode: 1487632, headers: long })).retryAfterMs).toBe(90 * MINUTE);
    expect(classify(failure({ code: 2, headers })).retryAfterMs).toBeNull();
    expect(classify(failure({ code: 100, headers })).retryAfterMs).toBeNull();
  });

  it('reads the hint from the headers of an answer', async () => {
    const headers = { 'X-Business-Use-Case-Usage': useCase(12) };
    await withGraph(
      (_, response) => json(response, { error: { code: 17, error_subcode: 2446079 } }, 400, headers),
      async (client) => {
        const { kind, details } = await failureOf(client.getAd('9'));
        expect(kind).toBe('rate');
        expect(details.retryAfterMs).toBe(12 * MINUTE);
      },
    );
  });
});

describe('scrubbing', () => {
  const token = 'tok&en/42 "x"';
  const scrub = createScrub([token, 'ab']);

  it('hides a secret in every encoding', () => {
    const url = new URL('https://h/p');
    url.searchParams.set('t', token);
    const texts = [
      token,
      encodeURIComponent(token),
      url.search,
      JSON.stringify({ token }),
      Buffer.from(token).toString('base64'),
    ];
    for (const text of texts) {
      expect(scrub(`<${text}>`)).toContain('[hidden]');
      expect(scrub(`<${text}>`)).not.toContain(text);
    }
  });

  it('removes the query, fragment and user of every address', () => {
    expect(scrub('see https://u:p@h.example/a/b?x=1&y=2#z and http://k/#access_token=q.')).toBe(
      'see https://h.example/a/b and http://k/',
    );
  });

  it('hides unknown text that looks like a credential', () => {
    expect(scrub('Bad token EAABwzLixnjYBAO12 given')).toBe('Bad token [hidden] given');
    expect(scrub('{"access_token":"zzz","a":1}')).toBe('{"access_token":"[hidden]","a":1}');
    expect(scrub('access_token=zzz&appsecret_proof=yyy')).toBe(
      'access_token=[hidden]&appsecret_proof=[hidden]',
    );
  });

  it('keeps other text: a secret that is too short hides nothing', () => {
    expect(scrub('about EAA and ab/cd, 12:30')).toBe('about EAA and ab/cd, 12:30');
  });

  it('shortens long text only after hiding secrets', () => {
    const text = scrub(`${'y'.repeat(495)}${token}${'z'.repeat(500)}`);
    expect(text).toHaveLength(501);
    expect(text).not.toContain('tok&');
  });

  it('covers every text of an error', () => {
    const error = toMetaError(failure({ text: token, path: `/p/${token}`, traceId: token }), scrub);
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('tok&en');
  });
});
