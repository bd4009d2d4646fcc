import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPatternActivities } from '../../../src/activities/patterns.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { aFit, aFittedPattern } from '../../clients/postgres/pattern-fixtures.js';
import { type Api, type JsonObject, START, startApi } from '../support/harness.js';
import { moveTo } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await api.store.savePatternFit(
    aFit(['question_mark', 'urgency'].map((id) => aFittedPattern({ id, statement: `About ${id}.` }))),
  );
});
afterAll(() => api?.stop());

const forecast = (...drafts: object[]) => api.post('/api/ab/forecasts', { drafts });
const pattern = async (id: string) => (await api.get(`/api/ab/patterns/${id}`)).body;

describe('a draft that names the patterns it was made from', () => {
  it('makes its variant a use of them, which counts when the test is decided', async () => {
    const { status, body } = await forecast(
      { headline: 'Dogs bark' },
      { headline: 'Do dogs bark?', pattern_ids: ['question_mark', 'urgency'] },
    );
    expect(status).toBe(200);
    const test = await api.market.createTest({
      name: 'drafted',
      ads: [0.02, 0.03].map((trueClickRate, i) => ({ name: `ad ${i}`, dailyBudget: 5_000, trueClickRate })),
    });
    const created = await api.post('/api/ab/experiments', {
      ...{ id: 'drafted', name: 'Drafted', draft_ids: body.draft_ids },
      variants: test.adIds.map((ad_id, i) => ({ role: i === 0 ? 'control' : 'challenger', ad_id })),
    });
    expect(created.status).toBe(201);
    const activities = createPatternActivities({ store: api.store, clock: api.clock });
    const refitPatterns = () => new MockActivityEnvironment().run(activities.refitPatterns);
    await refitPatterns();
    expect(await pattern('question_mark')).toMatchObject({ usage_count: 0, wins: 0, success_rate: 0.5 });
    const at = START + 30 * HOUR_MS;
    await moveTo(api, 'drafted', 'completed', { at, winnerVariantId: 'challenger-1', promotedAt: at });
    await refitPatterns();
    const expected = { usage_count: 1, wins: 1, success_rate: 0.666667 };
    expect(await pattern('question_mark')).toMatchObject(expected);
    await refitPatterns();
    const listed = (await api.get('/api/ab/patterns')).body.patterns as JsonObject[];
    expect(listed.find(({ content_id }) => content_id === 'urgency')).toMatchObject(expected);
    const [low, high] = (await pattern('urgency')).success_interval as [number, number];
    expect([low, high]).toEqual([expect.closeTo(0.224, 3), expect.closeTo(0.975, 3)]);
  });

  it.each([
    [['nothing'], 'drafts[1].pattern_ids[0] names no pattern of this account.'],
    [
      ['question_mark', 'nothing', 'never'],
      'drafts[1].pattern_ids[1] names no pattern of this account. drafts[1].pattern_ids[2] names no pattern of this account.',
    ],
    [Array(21).fill('urgency'), 'drafts[1].pattern_ids must be a list of at most 20 ids of patterns.'],
    ['urgency', 'drafts[1].pattern_ids must be a list of at most 20 ids of patterns.'],
    [[''], 'drafts[1].pattern_ids[0] must be text of 1 to 100 characters.'],
  ])('is refused if one is unknown or there are too many (%#)', async (pattern_ids, detail) => {
    const answer = await forecast({ headline: 'Cats' }, { headline: 'Cats?', pattern_ids });
    expect([answer.status, answer.body.detail]).toEqual([400, detail]);
  });
});
