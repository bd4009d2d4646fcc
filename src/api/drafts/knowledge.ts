/** What drafts are chosen by: effects of attributes in the account's tests, its patterns, and the ads that lost. */
import { archivedEffects } from '../../archive/read.js';
import type { LearnableTest } from '../../clients/postgres/pattern-types.js';
import type { Pattern } from '../../contract/patterns.js';
import { ATTRIBUTES } from '../../domain/creative/registry.js';
import type { Creative } from '../../domain/experiment.js';
import { learnedTests } from '../../domain/learned-rate.js';
import { type AttributeModel, learnAttributes } from '../../domain/patterns/attribute-model.js';
import { FOREIGN_SLOPE } from '../../domain/patterns/evidence.js';
import { finishedTest } from '../../domain/patterns/finished-test.js';
import type { ApiContext } from '../dependencies.js';

/** The latest tests count: what attributes alone say is worth most with few tests. */
const MOST_TESTS = 200;
/** Of the latest tests: a draft must not repeat an ad that lost. */
const MOST_LOST = 100;
const IDS = ATTRIBUTES.map(({ id }) => id);

export interface Knowledge {
  model: AttributeModel;
  /** By attribute id; patterns without an attribute are left out. */
  patterns: ReadonlyMap<string, Pattern>;
  /** The latest first. */
  lost: readonly Creative[];
}

export async function knowledgeOf({
  store,
  brandNames,
}: Pick<ApiContext, 'store' | 'brandNames'>): Promise<Knowledge> {
  const [tests, patterns] = await Promise.all([latestTests(store), store.patternsOfAttributes(IDS)]);
  const elsewhere = Object.fromEntries(
    [...archivedEffects()].map(([id, { effect }]) => [id, FOREIGN_SLOPE * effect]),
  );
  const finished = learnedTests(tests).map(({ experiment, looks }) =>
    finishedTest(experiment, looks, brandNames),
  );
  return {
    model: learnAttributes(finished, IDS, elsewhere),
    patterns: new Map(patterns.map((pattern) => [pattern.attributeId!, pattern])),
    lost: tests.flatMap(lostIn).slice(0, MOST_LOST),
  };
}

/** Those that ended or were decided last, the latest first. */
async function latestTests(store: ApiContext['store']): Promise<LearnableTest[]> {
  const listed = await store.listExperiments({ limit: 2 * MOST_TESTS, offset: 0 });
  const ids = listed.filter(({ promotedAt, endedAt }) => promotedAt ?? endedAt).map(({ id }) => id);
  const tests: LearnableTest[] = [];
  for await (const test of store.learnableTests(ids)) tests.push(test);
  return tests.sort((a, b) => endOf(b) - endOf(a)).slice(0, MOST_TESTS);
}

/** Beside a winner that stands, the other ads; of a promotion that was reverted, the ad that was promoted. */
function lostIn({ experiment: { state, winnerVariantId, variants } }: LearnableTest): Creative[] {
  if (winnerVariantId === null) return [];
  const isReverted = state === 'reverted' || state === 'reverting';
  return variants.filter(({ id }) => (id === winnerVariantId) === isReverted).map(({ creative }) => creative);
}

function endOf({ experiment: { promotedAt, endedAt } }: LearnableTest): number {
  return promotedAt ?? endedAt ?? 0;
}
