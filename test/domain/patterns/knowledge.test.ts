import { expect, it } from 'vitest';
import { attributeOf } from '../../../src/domain/creative/registry.js';
import { knowledgeFields } from '../../../src/domain/patterns/knowledge.js';

const described = attributeOf('question_mark')!;

it('a pattern has the fields of the knowledge base', () => {
  expect(knowledgeFields(described, { mean: -0.0196, sd: 0.01 }, { uses: 2, wins: 1 })).toEqual({
    category: 'hook_writing',
    tags: ['question'],
    source: 'ab_test_learning',
    // Φ(1.96)
    confidenceScore: expect.closeTo(0.975, 4),
    usageCount: 2,
    successRate: 0.5,
  });
});

it('of an unknown effect, either sign is as likely', () => {
  const unused = { uses: 0, wins: 0 };
  expect(knowledgeFields(described, null, unused).confidenceScore).toBe(0.5);
  expect(knowledgeFields(described, { mean: 0, sd: 0 }, unused).confidenceScore).toBe(0.5);
});
