import type { InsightStore } from '../../clients/postgres/insights.js';
import type { LearnableTest, PatternStore } from '../../clients/postgres/pattern-types.js';
import { entryOf } from '../../domain/entry.js';
import type { Experiment } from '../../domain/experiment.js';

/** The test with what Claude saw in the pictures, by variant id, for variants whose pictures the marketer said nothing about. */
export function withVisualNotes(
  experiment: Experiment,
  notes: Readonly<Record<string, string>> | undefined,
): Experiment {
  if (!notes) return experiment;
  const variants = experiment.variants.map((variant) => {
    const { creative, id } = variant;
    if (creative.visualNotes?.trim()) return variant;
    return { ...variant, creative: { ...creative, visualNotes: entryOf(notes, id) ?? null } };
  });
  return { ...experiment, variants };
}

/** The tests to learn from, with what Claude saw in their pictures. */
export async function* testsAsSeen(
  store: Pick<PatternStore, 'learnableTests'> & Pick<InsightStore, 'visualNotes'>,
): AsyncGenerator<LearnableTest> {
  const notes = await store.visualNotes();
  for await (const test of store.learnableTests())
    yield { ...test, experiment: withVisualNotes(test.experiment, notes.get(test.experiment.id)) };
}
