import type { Api } from '../../api/support/harness.js';
import { seedExperiment } from '../../api/support/seed.js';
import { aFit, aFittedPattern } from '../../clients/postgres/pattern-fixtures.js';

/** Tests for and against a pattern, one that was learned elsewhere, and enough others for a second page. */
export async function seedLibrary(api: Api): Promise<void> {
  for (const id of ['won', 'lost']) await seedExperiment(api, id);
  const contrasts = [
    { test: 'won', effect: -0.2, se: 0.1 },
    { test: 'lost', effect: 0.1, se: 0.1 },
  ];
  const later = { result: 'replicated' as const, effect: null };
  const more = Array.from({ length: 20 }, (_, i) =>
    aFittedPattern({
      ...{ id: `more-${i}`, attributeId: null, statement: `Something else, ${i}.`, title: `Else ${i}` },
      ...{ own: null, q: null, shrunk: null, tests: 0, basis: 'none', state: 'candidate' },
      ...{ statedAt: null, statedSign: null, lastPassedAt: null },
      reason: { code: 'too_few_tests', tests: 0, least: 10 },
    }),
  );
  await api.store.savePatternFit(
    aFit([
      aFittedPattern({ statement: 'The headline contains a <question> mark.', contrasts, later }),
      aFittedPattern({
        ...{
          id: 'urgency',
          q: null,
          shrunk: null,
          own: null,
          tests: 0,
          basis: 'foreign',
          state: 'candidate',
        },
        ...{
          statement: 'The texts say that time is short.',
          title: 'Time is short',
          category: 'best_practice',
        },
        foreign: { effect: -0.11, se: 0.01, learnedFrom: 'headlines of a publisher, not ads' },
        reason: { code: 'too_few_tests', tests: 0, least: 10 },
        ...{ statedAt: null, statedSign: null, lastPassedAt: null },
      }),
      ...more,
    ]),
  );
}
