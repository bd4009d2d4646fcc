import { describe, expect, it } from 'vitest';
import { textHash } from '../../../src/clients/encoder/text-hash.js';
import { claudeOn } from '../../../src/contract/insights.js';
import type { Statement } from '../../../src/contract/patterns.js';
import { anotherExperiment, DATABASES, START, useDatabase } from './fixtures.js';
import { aFit, aFittedPattern, aStatement } from './pattern-fixtures.js';

describe.each(DATABASES)('patterns on $database', ({ kind }) => {
  const db = useDatabase(kind);

  async function withTests(...ids: string[]) {
    const accountId = db.account();
    const store = db.store(accountId);
    for (const [index, id] of ids.entries())
      await store.createExperiment(
        anotherExperiment(id, index + 1, { accountId, name: `Test ${id}`, startedAt: START + index }),
      );
    return store;
  }

  describe('a fit', () => {
    const contrasts = [
      { test: 'a', effect: -0.2, se: 0.1 },
      { test: 'b', effect: 0.05, se: 0.2 },
      { test: 'c', effect: -0.01, se: 0.3 },
    ];

    it('is kept with every figure and each test, for and against', async () => {
      const store = await withTests('a', 'b', 'c');
      const foreign = { effect: -0.11, se: 0.01, learnedFrom: 'headlines of a publisher, not ads' };
      const later = {
        result: 'replicated' as const,
        effect: {
          effect: -0.3,
          se: 0.1,
          df: 3.25,
          interval: [-0.6, -0.01] as [number, number],
          p: 0.04,
          tests: 4,
        },
      };
      const fitted = aFittedPattern({ contrasts, foreign, later });
      expect(await store.savePatternFit(aFit([fitted]))).toBe('saved');
      const { contrasts: _, ...figures } = fitted;
      expect(await store.getPattern('question_mark')).toEqual({
        ...figures,
        statedBy: null,
        wordings: [],
        testsFor: 2,
        testsAgainst: 1,
        uses: { uses: 0, wins: 0 },
        embedderId: null,
        fitVersion: 'v1',
        createdAt: START + 7,
        updatedAt: START + 7,
      });
      const links = await store.testsOfPattern('question_mark');
      expect(links.map(({ experimentId, name, effect }) => [experimentId, name, effect])).toEqual([
        ['c', 'Test c', -0.01],
        ['b', 'Test b', 0.05],
        ['a', 'Test a', -0.2],
      ]);
      expect(links[0]).toEqual({
        ...{ experimentId: 'c', name: 'Test c', effect: -0.01, se: 0.3 },
        ...{ startedAt: START + 2, endedAt: null },
      });
      expect(await store.patternFit()).toEqual({ version: 'v1', tests: 12, asOf: START });
      expect(await db.store().getPattern('question_mark')).toBeNull();
    });

    it('changes nothing if it comes twice, or late with fewer tests', async () => {
      const store = await withTests('a', 'b', 'c');
      const fit = aFit([aFittedPattern({ contrasts })]);
      await store.savePatternFit(fit);
      const before = await store.getPattern('question_mark');
      expect(await store.savePatternFit({ ...fit, at: START + 99, follows: 'v1' })).toBe('unchanged');
      const late = aFit([aFittedPattern({ contrasts: [], q: 0.9 })], { version: 'v0', tests: 11 });
      expect(await store.savePatternFit({ ...late, follows: 'v1' })).toBe('unchanged');
      expect(await store.getPattern('question_mark')).toEqual(before);
      expect(await store.testsOfPattern('question_mark')).toHaveLength(3);
    });

    it('must go on from the last one', async () => {
      const store = await withTests('a', 'b', 'c');
      const first = aFit([aFittedPattern({ contrasts })]);
      const other = aFit([aFittedPattern({ contrasts: contrasts.slice(1), tests: 13 })], {
        version: 'v2',
        tests: 13,
      });
      const outcomes = await Promise.all([store.savePatternFit(first), store.savePatternFit(other)]);
      expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
      expect(await store.savePatternFit({ ...other, version: 'v3', follows: null })).toBe('superseded');
      const last = (await store.patternFit())!.version;
      expect(await store.savePatternFit({ ...other, version: 'v3', follows: last })).toBe('saved');
      expect((await store.testsOfPattern('question_mark')).map(({ experimentId }) => experimentId)).toEqual([
        'c',
        'b',
      ]);
    });

    it('keeps when and with which sign a pattern was first stated', async () => {
      const store = await withTests();
      await store.savePatternFit(aFit([aFittedPattern({ contrasts: [] })]));
      const again = aFittedPattern({ statedAt: START + 5, statedSign: 1, lastPassedAt: null, contrasts: [] });
      await store.savePatternFit(aFit([again], { version: 'v2', follows: 'v1', tests: 20 }));
      expect(await store.getPattern('question_mark')).toMatchObject({
        ...{ statedAt: START, statedSign: -1, lastPassedAt: START, fitVersion: 'v2' },
      });
    });
  });

  describe('a statement', () => {
    it('becomes a pattern that waits for tests', async () => {
      const store = db.store();
      const stated = aStatement('Dogs beat cats', { tags: ['animals'], sign: 1 });
      const { pattern, matchedBy } = await store.statePattern(stated);
      expect(matchedBy).toBeNull();
      expect(pattern).toMatchObject({
        ...{ kind: 'stated', title: 'Dogs beat cats', statement: 'Dogs beat cats', statedBy: 'ana' },
        ...{ state: 'candidate', basis: 'none', statedAt: START, statedSign: 1, tags: ['animals'], tests: 0 },
        reason: { code: 'too_few_tests', tests: 0, least: 10 },
      });
      expect(await store.getPattern(pattern.id)).toEqual(pattern);
    });

    it('that is there already, word for word or as another wording, adds nothing', async () => {
      const store = db.store();
      const { pattern } = await store.statePattern(aStatement('Dogs beat cats'));
      const other = await store.statePattern(aStatement('Puppies win', { by: 'bo', at: START + 1 }), {
        sameAs: pattern.id,
      });
      expect(other).toMatchObject({ matchedBy: 'given', pattern: { id: pattern.id } });
      const wordings = [{ text: 'Puppies win', by: 'bo', at: START + 1, sign: null }];
      expect(other.pattern.wordings).toEqual(wordings);
      for (const text of ['Dogs beat cats', 'Puppies win'])
        expect((await store.statePattern(aStatement(text))).pattern).toEqual(other.pattern);
      // In another case it is a wording of its own, of the same pattern.
      const loud = await store.statePattern(aStatement('DOGS beat cats!'));
      expect([loud.matchedBy, loud.pattern.id, loud.pattern.wordings.length]).toEqual([
        'words',
        pattern.id,
        2,
      ]);
      const both = await Promise.all([1, 2].map(() => store.statePattern(aStatement('At the same time'))));
      expect(both.map(({ matchedBy }) => matchedBy).sort()).toEqual([null, 'words']);
    });

    it('about an attribute joins the pattern of that attribute, and a fit fills in its figures', async () => {
      const store = db.store();
      const question = aStatement('Questions annoy', { attributeId: 'question_mark', sign: -1 });
      const { pattern } = await store.statePattern(question);
      await store.savePatternFit(aFit([aFittedPattern({ statedAt: null, statedSign: null })]));
      const filled = (await store.getPattern(pattern.id))!;
      expect(filled).toMatchObject({
        ...{
          kind: 'stated',
          title: 'Questions annoy',
          statedBy: 'ana',
          statedSign: -1,
          statedAt: START,
          q: 0.03,
        },
      });
      expect(await store.patternsOfAttributes(['question_mark', 'x'])).toEqual([filled]);
      const again = aStatement('Ask nothing', { attributeId: 'question_mark' });
      const joined = await store.statePattern(again);
      expect([joined.matchedBy, joined.pattern.id]).toEqual(['attribute', pattern.id]);
    });

    it('about an attribute gives it to the pattern that has the same words', async () => {
      const store = db.store();
      const { pattern } = await store.statePattern(aStatement('Questions annoy'));
      const { pattern: now } = await store.statePattern(
        aStatement('Questions annoy', { attributeId: 'question_mark' }),
      );
      expect(now).toMatchObject({ id: pattern.id, attributeId: 'question_mark', wordings: [] });
    });

    it('gives a pattern without a direction its own, as of then, and never changes one', async () => {
      const store = db.store();
      const none = { statedAt: null, statedSign: null, lastPassedAt: null };
      await store.savePatternFit(aFit([aFittedPattern(none), aFittedPattern({ id: 'colon' })]));
      const say = async (attributeId: string, sign: 1 | -1 | null, at: number) =>
        (await store.statePattern(aStatement(`${attributeId} ${sign}`, { attributeId, sign, at }))).pattern;
      expect(await say('question_mark', null, START + 1)).toMatchObject({ ...none, statedBy: null });
      const claimed = { statedAt: START + 2, statedSign: 1, statedBy: 'ana' };
      expect(await say('question_mark', 1, START + 2)).toMatchObject(claimed);
      expect(await say('question_mark', -1, START + 3)).toMatchObject({
        ...claimed,
        wordings: [{ sign: null }, { sign: 1 }, { sign: -1 }],
      });
      expect(await say('colon', 1, START + 4)).toMatchObject({
        ...{ statedAt: START, statedSign: -1, statedBy: null },
        wordings: [{ sign: 1, at: START + 4 }],
      });
      expect((await say('colon', 1, START + 5)).wordings).toHaveLength(1);
    });

    it('by Claude gives no direction to a pattern that was measured, only to one that was stated', async () => {
      const store = db.store();
      const none = { statedAt: null, statedSign: null, lastPassedAt: null };
      await store.savePatternFit(aFit([aFittedPattern(none)]));
      const by = claudeOn('socks');
      const say = async (attributeId: string, changes: Partial<Statement>) =>
        (await store.statePattern(aStatement('It asks', { attributeId, at: START + 1, ...changes }))).pattern;
      const wordings = [{ text: 'It asks', by, at: START + 1, sign: 1 }];
      const joined = await say('question_mark', { sign: 1, by });
      expect(joined).toMatchObject({ ...none, kind: 'measured', statedBy: null, wordings });
      // A repeated call adds nothing.
      expect(await say('question_mark', { sign: 1, by })).toEqual(joined);
      const held = aFittedPattern({ statedAt: START + 2, statedSign: -1 });
      await store.savePatternFit(aFit([held], { version: 'v2', follows: 'v1', tests: 13 }));
      expect(await store.getPattern('question_mark')).toMatchObject({ statedAt: START + 2, statedSign: -1 });
      const { pattern } = await store.statePattern(aStatement('Colons', { attributeId: 'colon' }));
      expect(await say('colon', { sign: 1, by })).toMatchObject({ id: pattern.id, statedSign: 1 });
    });

    it('in the same words with another direction is kept beside the first', async () => {
      const store = db.store();
      const say = async (sign: 1 | -1 | null) =>
        (await store.statePattern(aStatement('Questions in headlines', { sign }))).pattern;
      expect((await say(1)).wordings).toEqual([]);
      expect((await say(null)).wordings).toEqual([]);
      const text = 'Questions in headlines';
      expect((await say(-1)).wordings).toEqual([{ text, by: 'ana', at: START, sign: -1 }]);
      expect(await say(-1)).toMatchObject({ statedSign: 1, wordings: [{ sign: -1 }] });
    });
  });

  it('get the vectors of their statements, and all change over to another encoder together', async () => {
    const store = db.store();
    expect(await store.servingEncoder()).toBeNull();
    const { pattern: dogs } = await store.statePattern(aStatement('Dogs beat cats'));
    await store.savePatternFit(aFit([aFittedPattern({ statement: 'Ein Größenvergleich 🙂' })]));
    const encode = (encoderId: string, ...texts: string[]) => {
      const row = { sentence: Float32Array.from([1, 0]), layers: null };
      return store.saveTextEmbeddings(encoderId, new Map(texts.map((text) => [textHash(text), row])));
    };
    const embedders = async () =>
      Object.fromEntries(
        (await store.findPatterns({ search: { by: 'certainty' }, limit: 9 })).map(({ pattern }) => [
          pattern.id,
          pattern.embedderId,
        ]),
      );
    expect(await store.statementsToEncode('e1', 9)).toEqual(['Dogs beat cats', 'Ein Größenvergleich 🙂']);
    expect(await store.statementsToEncode('e1', 1)).toHaveLength(1);
    await encode('e1', 'Dogs beat cats');
    expect(await store.adoptEmbeddings('e1')).toBe(false);
    expect(await embedders()).toEqual({ [dogs.id]: null, question_mark: null });
    await encode('e1', 'Ein Größenvergleich 🙂');
    expect(await store.statementsToEncode('e1', 9)).toEqual([]);
    await store.adoptEmbeddings('e1');
    expect(await store.servingEncoder()).toBe('e1');

    await encode('e2', 'Dogs beat cats');
    expect(await store.adoptEmbeddings('e2')).toBe(false);
    expect(await embedders()).toEqual({ [dogs.id]: 'e1', question_mark: 'e1' });
    await encode('e2', ...(await store.statementsToEncode('e2', 9)));
    expect(await store.adoptEmbeddings('e2')).toBe(true);
    expect(await embedders()).toEqual({ [dogs.id]: 'e2', question_mark: 'e2' });
    expect(await store.servingEncoder()).toBe('e2');

    // A statement whose vector is there has it at once; one that comes in between keeps others from being adopted.
    await encode('e2', 'Cats beat dogs');
    const { pattern: cats } = await store.statePattern(aStatement('Cats beat dogs'));
    expect(cats.embedderId).toBe('e2');
    await encode('e1', 'Birds beat both');
    const { pattern: birds } = await store.statePattern(aStatement('Birds beat both'));
    expect(birds.embedderId).toBeNull();
    expect(await store.adoptEmbeddings('e2')).toBe(false);
    await encode('e2', 'Birds beat both');
    await store.embedPattern(birds.id);
    expect((await store.getPattern(birds.id))!.embedderId).toBe('e2');
    expect(await store.adoptEmbeddings('e2')).toBe(true);
  });
});
