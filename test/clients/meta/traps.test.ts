import { createHmac } from 'node:crypto';
import type http from 'node:http';
import { inspect } from 'node:util';
import { FacebookAdsApi } from 'facebook-nodejs-business-sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MetaClient } from '../../../src/clients/meta/types.js';
import { type Answer, clientOf, failureOf, json, SECRET, TOKEN, tinyGraph, withGraph } from './support.js';

/** Read before the first client is made: the SDK installs its handler once per process. */
const HANDLERS = process.listeners('uncaughtException');
const PROOF = createHmac('sha256', SECRET).update(TOKEN).digest('hex');
const AD = {
  id: '9',
  name: 'A',
  adset_id: '12',
  campaign_id: '5',
  account_id: '1',
  status: 'ACTIVE',
  effective_status: 'ACTIVE',
};
const HTML = '<html><body>Bad Gateway</body></html>';

function html(response: http.ServerResponse, status: number, body = HTML): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(body);
}

/** Answers that aren't valid, each with the HTTP status that the error must have. */
const BROKEN: ReadonlyArray<[name: string, answer: Answer, httpStatus: number | null]> = [
  ['a hang', () => {}, null],
  [
    'a trickle that never ends',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
    null,
  ],
  ['a reset', (_, __, request) => request.socket.resetAndDestroy(), null],
  ['a connection closed without an answer', (_, __, request) => request.socket.destroy(), null],
  [
    'an incomplete answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"success":true', () => response.destroy());
    },
    null,
  ],
  ['an HTML 502', (_, response) => html(response, 502), 502],
  ['an empty 500', (_, response) => html(response, 500, ''), 500],
  ['an HTML 200', (_, response) => html(response, 200), 200],
  ['an empty 200', (_, response) => html(response, 200, ''), 200],
  ['an HTML 403', (_, response) => html(response, 403), 403],
  ['a JSON string', (_, response) => json(response, 'fine'), 200],
  ['a JSON list', (_, response) => json(response, []), 200],
  ['a JSON null', (_, response) => json(response, null), 200],
  ['a JSON 400 that is not from Graph', (_, response) => json(response, { detail: 'no' }, 400), 400],
  ['success: false', (_, response) => json(response, { success: false }), 200],
];

describe.each(BROKEN)('%s', (_, answer, httpStatus) => {
  it('fails a read within its time-out, as transient and not_applied', async () => {
    await withGraph(
      answer,
      async (client) => {
        const error = await failureOf(client.getAd('9'));
        expect(error.kind).toBe('transient');
        expect(error.details).toMatchObject({ httpStatus, code: null, outcome: 'not_applied' });
        expect(error.details.retryAfterMs).toBeNull();
      },
      { socketTimeoutMs: 300 },
    );
  });

  it('leaves the outcome of a write unknown', async () => {
    await withGraph(
      answer,
      async (client, graph) => {
        const error = await failureOf(client.writeDailyBudget('12', 6000));
        expect(error.kind).toBe('transient');
        expect(error.details).toMatchObject({ httpStatus, outcome: 'unknown' });
        expect(graph.seen).toHaveLength(1);
      },
      { socketTimeoutMs: 300 },
    );
  });
});

describe('no connection', () => {
  it('gives a reason other than a time-out', async () => {
    const gone = await tinyGraph(() => {});
    await gone.close();
    const refused = await failureOf(clientOf(gone.url).writeDailyBudget('12', 6000));
    expect(refused.kind).toBe('transient');
    expect(refused.details.outcome).toBe('unknown');
    expect(refused.message).toContain('ECONNREFUSED');
    const late = await withGraph(
      () => {},
      (client) => failureOf(client.getAd('9')),
      { socketTimeoutMs: 100 },
    );
    expect(late.message).toContain('within 100 ms');
  });
});

describe('a call that hangs', () => {
  it.each<[string, number, (client: MetaClient) => Promise<unknown>]>([
    ['a read', 50, (client) => client.getAdSet('12')],
    ['a read of the budget alone', 50, (client) => client.getDailyBudget('12')],
    ['a list', 50, (client) => client.getActiveAds('12')],
    ['a validation', 50, (client) => client.validateDailyBudget('12', 6000)],
    ['a write', 250, (client) => client.writeDailyBudget('12', 6000)],
  ])('ends at the time-out of its kind: %s', async (_, ms, call) => {
    await withGraph(
      () => {},
      async (client) => {
        const error = await failureOf(call(client));
        expect(error.kind).toBe('transient');
        expect(error.message).toContain(`within ${ms} ms`);
      },
      { socketTimeoutMs: 250, readTimeoutMs: 50 },
    );
  });
});

describe('an answer without an end', () => {
  it('is cut off at a maximum size', async () => {
    const megabyte = Buffer.alloc(2 ** 20, ' ');
    await withGraph(
      (_, response) => {
        const pump = (): void => {
          while (!response.destroyed && response.write(megabyte));
        };
        response.on('drain', pump);
        pump();
      },
      async (client) => expect((await failureOf(client.getAd('9'))).message).toContain('too long'),
      { socketTimeoutMs: 20_000 },
    );
  });
});

describe('the address of requests', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('follows no redirect', async () => {
    const elsewhere = await tinyGraph((_, response) => json(response, { ...AD, success: true }));
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        await withGraph(
          (_, response) => response.writeHead(status, { location: `${elsewhere.url}/v24.0/9` }).end(),
          async (client) => {
            const read = await failureOf(client.getAd('9'));
            expect(read.details).toMatchObject({ httpStatus: status, outcome: 'not_applied' });
            const write = await failureOf(client.writeDailyBudget('12', 6000));
            expect(write.details).toMatchObject({ httpStatus: status, outcome: 'unknown' });
          },
        );
      }
      expect(elsewhere.seen).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('uses no proxy for loopback traffic', async () => {
    const proxy = await tinyGraph((_, response) => json(response, { ...AD, name: 'from the proxy' }));
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) vi.stubEnv(name, proxy.url);
    for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, '');
    try {
      await withGraph(
        (_, response) => json(response, AD),
        async (client) => expect((await client.getAd('9')).name).toBe('A'),
      );
      expect(proxy.seen).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  it('uses TLS for an https address', async () => {
    await withGraph(
      (_, response) => json(response, AD),
      async (_, graph) => {
        const error = await failureOf(clientOf(graph.url.replace('http:', 'https:')).getAd('9'));
        expect(error.kind).toBe('transient');
        expect(graph.seen).toEqual([]);
      },
    );
  });

  it('uses the configured version, and keeps the path of the base address', async () => {
    const graph = await tinyGraph((_, response) => json(response, AD));
    try {
      await clientOf(`${graph.url}/graph/`, { apiVersion: 'v25.0' }).getAd('9');
      expect(graph.seen[0]?.path).toBe('/graph/v25.0/9');
    } finally {
      await graph.close();
    }
  });

  it('sends appsecret_proof with each call, but only if a secret is set', async () => {
    await withGraph(
      (seen, response) => json(response, seen.method === 'GET' ? AD : { success: true }),
      async (client, graph) => {
        await client.getAd('9');
        await client.writeDailyBudget('12', 6000);
        await clientOf(graph.url, { appSecret: undefined }).getAd('9');
        const sent = graph.seen.map(({ query }) => [query.get('access_token'), query.get('appsecret_proof')]);
        expect(sent).toEqual([
          [TOKEN, PROOF],
          [TOKEN, PROOF],
          [TOKEN, null],
        ]);
      },
    );
  });

  it('keeps accounts apart: there is no default api, and each client has its own token', async () => {
    await withGraph(
      (_, response) => json(response, AD),
      async (client, graph) => {
        const other = clientOf(graph.url, { accessToken: 'EAAother-token-9876', appSecret: undefined });
        await Promise.all([client.getAd('9'), other.getAd('9')]);
        const tokens = graph.seen.map(({ query }) => query.get('access_token'));
        expect(new Set(tokens)).toEqual(new Set([TOKEN, 'EAAother-token-9876']));
        expect(FacebookAdsApi.getDefaultApi()).toBeFalsy();
      },
    );
  });

  it('installs no handler of uncaught exceptions', () => {
    clientOf('http://127.0.0.1:9');
    expect(process.listeners('uncaughtException')).toEqual(HANDLERS);
  });
});

describe('paging', () => {
  const page = (ids: string[], next?: unknown): object => ({
    data: ids.map((id) => ({ id, effective_status: 'ACTIVE' })),
    paging: next === undefined ? {} : { next },
  });

  it('refuses a link to another origin, and sends no call there', async () => {
    const foreign = await tinyGraph((_, response) => json(response, page(['2'])));
    try {
      const links = [
        `${foreign.url}/v24.0/12/ads?after=x`,
        'https://graph.facebook.com.example/',
        'file:///',
      ];
      for (const link of links) {
        await withGraph(
          (_, response) => json(response, page(['1'], link)),
          async (client, graph) => {
            const error = await failureOf(client.getActiveAds('12'));
            expect(error.kind).toBe('invalid');
            expect(error.message).toContain('origin');
            expect(graph.seen).toHaveLength(1);
          },
        );
      }
      expect(foreign.seen).toEqual([]);
    } finally {
      await foreign.close();
    }
  });

  it.each([['not a link'], [7], [{}], [['12', 'ads']]])('refuses the link %j', async (link) => {
    await withGraph(
      (_, response) => json(response, page(['1'], link)),
      async (client, graph) => {
        expect((await failureOf(client.getActiveAds('12'))).kind).toBe('invalid');
        expect(graph.seen).toHaveLength(1);
      },
    );
  });

  it('sends its own credentials with a next page, whatever credentials the link holds', async () => {
    await withGraph(
      (seen, response, request) => {
        const next = `http://${request.headers.host}/v24.0/12/ads?access_token=stale&after=p2`;
        json(response, seen.query.get('after') ? page(['2']) : page(['1'], next));
      },
      async (client, graph) => {
        expect(await client.getActiveAds('12')).toEqual(['1', '2']);
        const second = graph.seen[1]?.query;
        expect(second?.getAll('access_token')).toEqual([TOKEN]);
        expect(second?.getAll('appsecret_proof')).toEqual([PROOF]);
        expect(second?.get('after')).toBe('p2');
      },
    );
  });

  it.each([[{ data: [] }], [{ data: [], paging: null }], [{ data: [], paging: { cursors: {} } }]])(
    'ends without an error on %j',
    async (body) => {
      await withGraph(
        (_, response) => json(response, body),
        async (client, graph) => {
          expect(await client.getActiveAds('12')).toEqual([]);
          expect(graph.seen).toHaveLength(1);
        },
      );
    },
  );

  it('continues after an empty page', async () => {
    await withGraph(
      (seen, response, request) => {
        const next = `http://${request.headers.host}/v24.0/12/ads?after=p2`;
        json(response, seen.query.get('after') ? page(['2']) : page([], next));
      },
      async (client) => expect(await client.getActiveAds('12')).toEqual(['2']),
    );
  });

  it('stops if a list repeats itself or never ends', async () => {
    let pages = 0;
    const endless = (link: () => string): Promise<number> =>
      withGraph(
        (_, response, request) =>
          json(response, page([], `http://${request.headers.host}/v24.0/12/ads?after=${link()}`)),
        async (client, graph) => {
          const error = await failureOf(client.getActiveAds('12'));
          expect(error.kind).toBe('invalid');
          expect(error.message).toContain('does not end');
          return graph.seen.length;
        },
      );
    expect(await endless(() => 'same')).toBe(2);
    expect(await endless(() => String(pages++))).toBe(200);
  });

  it.each([[{}], [{ data: {} }], [{ data: 'x' }], [{ data: null }]])('refuses the list %j', async (body) => {
    await withGraph(
      (_, response) => json(response, body),
      async (client) => {
        const error = await failureOf(client.getActiveAds('12'));
        expect(error.kind).toBe('invalid');
        expect(error.message).toContain('data');
      },
    );
  });
});

describe('secrets', () => {
  const query = { adIds: ['9'], since: 0, until: 86_400_000, granularity: 'day' as const, timezone: 'UTC' };
  const calls: ReadonlyArray<(client: MetaClient) => Promise<unknown>> = [
    (client) => client.getAccount(),
    (client) => client.getCampaign('5'),
    (client) => client.getDailyBudget('12'),
    (client) => client.getAdSet('12'),
    (client) => client.getAd('9'),
    (client) => client.getActiveAds('12'),
    (client) => client.writeDailyBudget('12', 6000),
    (client) => client.validateDailyBudget('12', 6000),
    (client) => client.getBudgetEdits('12', 0),
    (client) => client.getInsights(query),
  ];
  const echo = (code: number, subcode?: number): object => ({
    error: {
      message: `Malformed access token ${TOKEN} in https://graph.facebook.com/v24.0/9?access_token=${encodeURIComponent(TOKEN)}&appsecret_proof=${PROOF}`,
      error_user_title: TOKEN,
      error_user_msg: `${SECRET} access_token: ${TOKEN}`,
      type: TOKEN,
      code,
      error_subcode: subcode,
      error_data: { token: TOKEN },
      fbtrace_id: TOKEN,
    },
  });
  const answers: ReadonlyArray<[string, Answer]> = [
    ...BROKEN.map(([name, answer]): [string, Answer] => [name, answer]),
    ['an error that echoes', (_, response) => json(response, echo(190, 463), 400, { 'x-echo': TOKEN })],
    ['a server error that echoes', (_, response) => json(response, echo(2), 500)],
    ['HTML that echoes', (_, response) => html(response, 502, `<a href="?access_token=${TOKEN}">`)],
    [
      'a redirect that echoes',
      (seen, response) => response.writeHead(302, { location: `/?${seen.query}` }).end(),
    ],
    [
      'a paging link that echoes',
      (seen, response, request) => {
        const next = `http://${request.headers.host}${seen.path}?${seen.query}&after=2`;
        json(response, seen.query.get('after') ? echo(100) : { data: [], paging: { next } });
      },
    ],
    [
      'fields that echo',
      (seen, response) =>
        json(response, { ...AD, id: seen.path.split('/')[2], data: [], unasked: TOKEN, account_id: TOKEN }),
    ],
  ];

  it.each(answers)('appear nowhere after %s', async (_, answer) => {
    await withGraph(
      answer,
      async (client) => {
        const settled = await Promise.allSettled(calls.map((call) => call(client)));
        const texts = [client, ...settled].flatMap(everyText);
        for (const secret of [TOKEN, encodeURIComponent(TOKEN), TOKEN.slice(3, 20), SECRET, PROOF]) {
          expect(texts.filter((text) => text.includes(secret))).toEqual([]);
        }
        expect(texts.filter((text) => /access_token=|appsecret_proof=/.test(text))).toEqual([]);
      },
      { socketTimeoutMs: 300 },
    );
  });

  it('are hidden without making the rest of the message unreadable', async () => {
    await withGraph(
      (_, response) => json(response, echo(190, 463), 400),
      async (client) => {
        const { message } = await failureOf(client.getAd('9'));
        expect(message).toContain('Malformed access token [hidden] in https://graph.facebook.com/v24.0/9');
        expect(message).toContain('code 190, subcode 463, HTTP 400');
      },
    );
  });

  function everyText(value: unknown): string[] {
    const texts = [JSON.stringify(value), inspect(value, { depth: 10, showHidden: true }), String(value)];
    if (typeof value === 'object' && value !== null) {
      for (const name of Reflect.ownKeys(value)) {
        const member: unknown = Reflect.get(value, name);
        if (typeof member === 'string') texts.push(member);
        if (typeof member === 'object' && member !== null) texts.push(...everyText(member));
      }
    }
    return texts;
  }
});
