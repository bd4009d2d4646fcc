import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { InsightsAnswer } from '../../../src/api/insights/responses.js';
import { aClaim, anAnswer, CLAUDE_KEY, FakeClaude } from '../../support/fake-claude.js';
import { type Receiver, startSlack } from '../../support/hook-receivers.js';
import { json, until } from './http.js';
import { askForPromotion, awaitEnd, beginRollout, gatherEvidence, type Rollout } from './rollout.js';
import { type KillMode, type Service, startService } from './service.js';

/** One experiment hour takes half a second. */
const TIME_SCALE = 7_200;
const ID = 'socks';
/** So different that the control can't lead by luck. */
const shop = { callToAction: 'SHOP_NOW' };
const ADS = [
  {
    trueClickRate: 0.02,
    creative: { ...shop, title: 'Wool socks for winter nights', body: 'Made from soft wool.' },
  },
  {
    trueClickRate: 0.3,
    creative: { ...shop, title: 'Cold feet at night?', body: 'Get a free pair today.' },
  },
] as const;
const KEPT = [
  aClaim({
    kind: 'hook_pattern',
    text: 'It names a problem that readers know',
    quote: 'Cold feet at night?',
  }),
  aClaim({ text: 'A gift lowers the threshold', field: 'text', quote: 'Get a free pair today.' }),
];
const INVENTED = aClaim({ text: 'A celebrity vouches for it', quote: 'As worn by Queen Victoria' });
const ANSWER = { answer: anAnswer([...KEPT, INVENTED]), inputTokens: 1_000, outputTokens: 100 };
/** US dollars, by the list price of the default model. */
const COST = 0.0045;

/** When the service is killed. `silentTo`: the question that has no answer yet; `asked`: questions until the extraction has ended. */
const KILLS: { when: string; mode: KillMode; silentTo: 1 | 2 | null; asked: number[] }[] = [
  { when: 'before the first answer', mode: 'group', silentTo: 1, asked: [3] },
  // Two if the answer was on record by then.
  { when: 'as soon as the first answer is sent', mode: 'group', silentTo: null, asked: [2, 3] },
  { when: 'before the second answer', mode: 'node', silentTo: 2, asked: [3] },
];

describe('the sandbox, killed during an extraction and started again', () => {
  let directory: string;
  let claude: FakeClaude;
  let slack: Receiver;
  let service: Service;
  const start = async () => {
    const hook = { name: 'insights', kind: 'slack', url: slack.url, messages: ['insights'] };
    service = await startService(directory, {
      timeScale: TIME_SCALE,
      seed: 7,
      env: {
        ANTHROPIC_API_KEY: CLAUDE_KEY,
        ANTHROPIC_BASE_URL: claude.url,
        NOTIFICATION_HOOKS: JSON.stringify([hook]),
        // Learning from the test takes a core and is no part of an extraction.
        ENCODER: 'none',
      },
      log: () => {},
    });
  };
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-insights-'));
    [claude, slack] = [await FakeClaude.start(), await startSlack()];
    await start();
  });
  afterEach(async () => {
    await service.stop().finally(async () => {
      await Promise.all([claude.stop(), slack.close()]);
      await rm(directory, { recursive: true, force: true });
    });
  });

  const get = <T>(address: string) => json<T>(`${service.apiUrl}/api/ab${address}`);

  /** A test that was promoted, and was ended by a user who keeps the budgets. */
  async function endedTest(): Promise<Rollout> {
    const rollout = await beginRollout(service, ID, TIME_SCALE, ADS);
    await askForPromotion(service, rollout);
    await awaitEnd(service, rollout);
    const request = { by: 'the crash test', reason: 'its insights are wanted', budgets: 'keep' };
    await json(`${service.apiUrl}/api/ab/experiments/${ID}/stop`, request);
    return rollout;
  }

  /** All that an extraction must leave alone. */
  async function books(rollout: Rollout) {
    const { policy, winner_variant_id, budget_reallocation } = await service.api.one(ID);
    const looks = await service.api.looks(ID, 100);
    return {
      policy,
      winner_variant_id,
      budget_reallocation,
      looks,
      ...(await gatherEvidence(service, rollout)),
    };
  }

  it.each(KILLS.map((kill) => [kill.when, kill] as const))(
    'asks at most one question more after kill -9 %s',
    { timeout: 480_000 },
    async (_when, kill) => {
      let letGo = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      claude.react = async (_, number) => {
        if (number === 1) await held;
        return number === kill.silentTo ? 'silence' : ANSWER;
      };
      const rollout = await endedTest();
      await until(() => (claude.asked.length === 1 ? true : null));
      const before = await books(rollout);
      expect(before).toMatchObject({ state: 'stopped', winnerAdSetId: rollout.adSetIds[1] });
      expect(before.looks).not.toHaveLength(0);
      expect(before.ledger).toHaveLength(6);

      letGo();
      if (kill.silentTo === 2) await until(() => (claude.asked.length === 2 ? true : null));
      else await nextTurn();
      await service.kill(kill.mode);
      await start();

      const insights = await until(async () => {
        const now = await get<z.output<typeof InsightsAnswer>>(`/experiments/${ID}/insights`);
        return now.status === 'pending' ? null : now;
      });
      await until(() => (slack.taken.length > 0 ? true : null));
      const { patterns } = await get<{ patterns: { content_id: string; content: string }[] }>(
        '/patterns?kind=stated&limit=100',
      );
      expect(await books(rollout)).toEqual(before);

      expect(kill.asked).toContain(claude.asked.length);
      expect(insights).toMatchObject({ status: 'extracted', number: 1, requested_by: 'service' });
      expect(insights.dropped_counts).toEqual({ quote_not_found: 1 });
      expect(insights.claims.map(({ text }) => text)).toEqual(KEPT.map(({ text }) => text));
      expect(patterns.map(({ content_id }) => content_id).sort()).toEqual(
        insights.claims.map(({ pattern_id }) => pattern_id).sort(),
      );
      expect(slack.taken).toHaveLength(1);
      expect(slack.taken[0]!.raw).toContain('2 claims were kept and 1 dropped');

      const { questions } = insights;
      const answered = questions.filter(({ outcome }) => outcome === 'answered');
      const lost = questions.filter(({ outcome }) => outcome === null);
      expect(answered.map(({ labels, cost_usd }) => [labels, cost_usd])).toEqual([
        ['as_is', COST],
        ['exchanged', COST],
      ]);
      expect(lost.length).toBeLessThanOrEqual(1);
      expect(questions).toHaveLength(answered.length + lost.length);
      expect(questions.length).toBeGreaterThanOrEqual(claude.asked.length);
      // Nobody knows what the lost question cost: the most that it can have cost counts.
      for (const { cost_usd, reserved_usd } of lost) {
        expect(cost_usd).toBeNull();
        expect(reserved_usd).toBeGreaterThan(COST);
      }
      const most = lost.reduce((sum, { reserved_usd }) => sum + reserved_usd, 0);
      expect(insights.cost_usd).toBeCloseTo(2 * COST + most, 9);
    },
  );
});
