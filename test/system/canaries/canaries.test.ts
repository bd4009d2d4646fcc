import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SIGNALS } from '../../../src/contract/messages.js';
import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { FaultOrder, MarketTest } from '../../../src/sandbox/meta-simulator/index.js';
import { collectHistories, collectTables, Material, sweep } from '../../support/material.js';
import { realPostgresAvailable } from '../../support/postgres-server.js';
import { CANARIES, type Stage, setPassword, startStage, TIME_SCALE } from './stage.js';

const HOUR = HOUR_MS / TIME_SCALE;

/** One of each class of Meta's errors: the fault ordered from the market, and the text that the record then has. */
const CLASSES: { name: string; fault: Pick<FaultOrder, 'kind' | 'code' | 'subcode'>; text: string }[] = [
  { name: 'rate', fault: { kind: 'rate_limit' }, text: 'code 17, subcode 2446079' },
  { name: 'change-limit', fault: { kind: 'refuse', code: 613, subcode: 1487632 }, text: 'subcode 1487632' },
  { name: 'too-large', fault: { kind: 'refuse', code: 100, subcode: 1504018 }, text: 'subcode 1504018' },
  { name: 'auth', fault: { kind: 'expired_token' }, text: 'code 190, subcode 463' },
  { name: 'permission', fault: { kind: 'refuse', code: 10 }, text: 'code 10,' },
  { name: 'not-found', fault: { kind: 'refuse', code: 100, subcode: 33 }, text: 'code 100, subcode 33' },
  { name: 'policy', fault: { kind: 'refuse', code: 368 }, text: 'code 368' },
  { name: 'version', fault: { kind: 'refuse', code: 2635 }, text: 'code 2635' },
  { name: 'not-yet', fault: { kind: 'refuse', code: 100, subcode: 1885650 }, text: 'subcode 1885650' },
  { name: 'invalid', fault: { kind: 'refuse', code: 100, subcode: 1885272 }, text: 'subcode 1885272' },
  { name: 'server-error', fault: { kind: 'server_error' }, text: 'HTTP 500' },
  { name: 'html', fault: { kind: 'html' }, text: "isn't one of Graph's" },
  { name: 'reset', fault: { kind: 'lost_request' }, text: 'ECONNRESET' },
  { name: 'hang', fault: { kind: 'hang' }, text: 'no complete answer within' },
];
const idOf = (name: string) => `class-${name}`;
const isRate = ({ fault }: (typeof CLASSES)[number]) => fault.kind === 'rate_limit';
/** Daily budgets of two ad sets at 20,000 each: the loser's in the first phase, the winner's in the last. */
const FIRST_CUT = Math.round((1 - DEFAULT_PHASES[0]!.winnerShare) * 40_000);
const RAISED = Math.round(DEFAULT_PHASES.at(-1)!.winnerShare * 40_000);
const asked = { by: 'api', reason: 'to see it fail' };

/**
 * Worker and API as in production, with a distinctive string for every secret. It plays a promotion by the rule, one of
 * each class of Meta's errors on a read and on a write (the Graph puts the credentials into every error), and a database
 * that no longer accepts the password. Then everything that is stored or logged is searched.
 */
describe.runIf(realPostgresAvailable())('no secret', () => {
  let stage: Stage;
  const everyone = ['winner', ...CLASSES.map(({ name }) => idOf(name))];

  beforeAll(async () => {
    stage = await startStage();
    const winner = await begin('winner');
    // Not in parallel: a rate limit holds all callers of the account, and then no other error would be provoked.
    await inTurns(
      5,
      CLASSES.filter((each) => !isRate(each)),
      provoke,
    );
    await inTurns(1, CLASSES.filter(isRate), provoke);
    await askWhileRefused();
    await vi.waitFor(
      async () =>
        expect(Object.values(await stage.market.budgets(winner.adSetIds))).toEqual([40_000 - RAISED, RAISED]),
      { timeout: 60_000, interval: 100 },
    );
    await askEverything();
    await loseTheDatabase();
    await collectTables(stage.database, stage.material);
    await collectHistories(stage.temporal.client, stage.material);
  }, 240_000);
  afterAll(() => stage?.stop());

  async function begin(id: string): Promise<MarketTest> {
    const test = await stage.market.createTest({
      name: id,
      ads: [0.02, 0.04].map((trueClickRate, index) => ({
        name: `${id} ${index}`,
        dailyBudget: 20_000,
        trueClickRate,
      })),
    });
    const created = await register(id, test);
    expect(created.status).toBe(201);
    return test;
  }

  const register = (id: string, { adIds }: MarketTest) =>
    stage.ask('POST', '/api/ab/experiments', {
      id,
      name: id,
      variants: adIds.map((ad_id, index) => ({ role: index === 0 ? 'control' : 'challenger', ad_id })),
      // The rule's promotion comes at once: it doesn't wait for conversions.
      policy: { guardrails: [] },
    });

  const ledgerOf = async (id: string): Promise<unknown[]> => {
    const { body } = await stage.ask('GET', `/api/ab/experiments/${id}/ledger`);
    return (body as { ledger: unknown[] }).ledger;
  };

  /** Provokes the class on the reads of a preflight, then on the first write of a rollout. */
  async function provoke({ name, fault }: (typeof CLASSES)[number]): Promise<void> {
    const id = idOf(name);
    const { adSetIds } = await begin(id);
    await delay(3 * HOUR);
    const objectId = adSetIds[0]!;
    const onRead = await stage.market.order({ ...fault, objectId, method: 'GET', times: null });
    const refused = await stage.ask('POST', `/api/ab/experiments/${id}/promote`, asked);
    expect(refused.status, `${id}, asked while reads fail`).not.toBe(200);
    await stage.market.withdraw(onRead);
    // Matches the amount of the first cut only: the validations of the preflight pass.
    await stage.market.order({ ...fault, objectId, method: 'POST', dailyBudget: FIRST_CUT, times: 2 });
    // On a busy machine fresh data may not come in time, and after a rate limit the account has to wait.
    for (let tries = 0; tries < 20 && (await ledgerOf(id)).length === 0; tries++) {
      await stage.ask('POST', `/api/ab/experiments/${id}/promote`, asked);
      await delay(HOUR / 4);
    }
  }

  /** Provokes Meta's errors that the API answers itself, and sends bad requests. */
  async function askWhileRefused(): Promise<void> {
    const test = await stage.market.createTest({
      name: 'refused',
      ads: [0.02, 0.02].map((trueClickRate) => ({ name: 'ad', dailyBudget: 20_000, trueClickRate })),
    });
    for (const { fault } of CLASSES) {
      const order = await stage.market.order({
        ...fault,
        objectId: test.adIds[0]!,
        method: 'GET',
        times: null,
      });
      const { status } = await register('refused', test);
      expect(status).toBeGreaterThanOrEqual(400);
      await stage.market.withdraw(order);
    }
    const account = stage.market.account.id;
    for (const kind of ['expired_token', 'html'] as const) {
      const order = await stage.market.order({ kind, objectId: account, method: 'GET', times: null });
      await stage.ask('POST', `/api/ab/experiments/${idOf('policy')}/check`, {});
      await stage.market.withdraw(order);
    }
    await stage.ask('POST', '/api/ab/experiments', '{"name":');
    await stage.ask('POST', '/api/ab/experiments', { name: 7 });
    await stage.ask('POST', '/api/ab/experiments/winner/resolve', asked);
    await stage.ask('GET', '/api/ab/experiments/unknown');
    await stage.ask('GET', '/nothing/here');
    const { status } = await stage.ask('GET', '/api/ab/experiments', undefined, {
      authorization: `Bearer ${CANARIES.apiToken}!`,
    });
    expect(status).toBe(401);
  }

  /** Every GET that the API describes, for every experiment. */
  async function askEverything(): Promise<void> {
    const { body } = await stage.ask('GET', '/openapi.json');
    const { paths } = body as { paths: Record<string, Record<string, unknown>> };
    const targets = Object.entries(paths)
      // The events never end by themselves.
      .filter(([path, methods]) => 'get' in methods && path !== '/api/events')
      .flatMap(([path]) => (path.includes('{') ? everyone.map((id) => path.replace(/\{\w+\}/, id)) : [path]));
    expect(targets.length).toBeGreaterThan(4 * everyone.length);
    await inTurns(8, targets, async (target) => void (await stage.ask('GET', target)));
    await stage.ask('POST', '/api/ab/auto-promote/scheduler/trigger', {});
  }

  /** The service's password is changed while it runs, then changed back; a start with a wrong password fails. */
  async function loseTheDatabase(): Promise<void> {
    const { database, databaseUrl, temporal } = stage;
    await begin('without-database');
    await setPassword(database, 'another');
    await temporal.client.workflow
      .getHandle(stage.names.workflowId('without-database'))
      .signal(SIGNALS.pause, asked);
    for (const target of ['/healthz', '/api/ab/experiments', '/api/ab/experiments/winner/ledger']) {
      const { status } = await stage.ask('GET', target);
      expect(status, target).toBeGreaterThanOrEqual(500);
    }
    const wrong = { DATABASE_URL: databaseUrl(CANARIES.wrongPassword) };
    const malformed = { DATABASE_URL: `postgres://service:${CANARIES.wrongPassword}@127.0.0.1/service` };
    const exits = await Promise.all([
      stage.runToEnd('worker', wrong),
      stage.runToEnd('api', wrong),
      stage.runToEnd('api', malformed),
      stage.runToEnd('api', { PROMOTION_NOTIFICATION_WEBHOOK: `hooks://${CANARIES.webhook}` }),
    ]);
    expect(exits).toEqual([1, 1, 1, 1]);
    await setPassword(database, CANARIES.databasePassword);
    await vi.waitFor(
      async () => {
        const { body } = await stage.ask('GET', '/api/ab/experiments/without-database');
        expect(body).toMatchObject({ state: 'paused' });
      },
      { timeout: 20_000, interval: 250 },
    );
  }

  it('appears in a table, a decoded history, a line of a log, or an answer of the API', () => {
    expect(sweep(stage.material, CANARIES)).toEqual([]);
  });

  it('is missed because material is missing: each kind has what it should', () => {
    const missing = everyone.flatMap((id) => {
      const kept = ['ab_tests', id === 'winner' ? 'decisions' : 'controls', 'promotions', 'budget_ledger'];
      const wanted: [prefix: string, part: string][] = [
        ...kept.map((table): [string, string] => [`table auto_promotion.${table}`, `"${id}"`]),
        [`history ${stage.names.workflowId(id)} `, `"experimentId":"${id}"`],
        [`description ${stage.names.workflowId(id)} `, id],
        ['log of worker', ` ${id} `],
        [`answer GET /api/ab/experiments/${id}/ledger`, `"${id}"`],
      ];
      return wanted
        .filter(([prefix, part]) => !stage.material.of(prefix).some(({ text }) => text.includes(part)))
        .map(([prefix, part]) => `${part} in ${prefix}`);
    });
    expect(missing).toEqual([]);
    expect(stage.material.of('log of api').some(({ text }) => text.includes('API ready'))).toBe(true);
  });

  it('is missed because it never occurred: Graph put it into errors of every class, and the database refused it', () => {
    const says = (prefix: string, ...parts: string[]) =>
      stage.material
        .of(prefix)
        .flatMap(({ text }) => text.split('\n'))
        .some((line) => parts.every((part) => line.includes(part)));
    const history = (id: string) => `history ${stage.names.workflowId(id)} `;
    const missing = CLASSES.filter(
      ({ name, text }) =>
        !says(history(idOf(name)), text) ||
        !says('table auto_promotion.budget_ledger', `"${idOf(name)}"`, text),
    );
    expect(missing).toEqual([]);
    expect(stage.echo.count()).toBeGreaterThan(2 * CLASSES.length);
    expect(says(history(idOf('auth')), 'Malformed access token [hidden]')).toBe(true);
    for (const place of ['log of worker', 'log of api', history('without-database')]) {
      expect(says(place, 'password authentication failed'), place).toBe(true);
    }
  });

  it('would be overlooked: each is found if planted into a copy of each kind of material', () => {
    for (const kind of ['table ', 'history ', 'description ', 'log of ', 'answer ']) {
      for (const [name, secret] of Object.entries(CANARIES)) {
        const copy = stage.material.copy();
        const planted = copy.of(kind)[0]!;
        planted.text += JSON.stringify({ url: `https://example.com/?x=${encodeURIComponent(secret)}` });
        expect(sweep(copy, CANARIES)).toEqual([{ secret: name, source: planted.source }]);
      }
    }
  });
});

describe('the sweep', () => {
  it.each([
    ['as it is', (secret: string) => secret],
    ['in an address', (secret: string) => encodeURIComponent(secret)],
    ['in a form', (secret: string) => new URLSearchParams({ s: secret }).toString()],
    ['in JSON', (secret: string) => JSON.stringify({ secret })],
    ['in base64', (secret: string) => Buffer.from(secret).toString('base64')],
    ['in a bytea', (secret: string) => `\\x${Buffer.from(secret).toString('hex')}`],
  ])('finds a secret %s', (_, encode) => {
    const material = new Material();
    material.add('a clean place', 'nothing to see');
    material.add('a place', `before ${encode('s3cret "value"/+@ ü')} after`);
    expect(sweep(material, { secret: 's3cret "value"/+@ ü' })).toEqual([
      { secret: 'secret', source: 'a place' },
    ]);
  });
});

async function inTurns<T>(
  width: number,
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
    }),
  );
}
