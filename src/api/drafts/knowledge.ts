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
  const [tests, patterns] = await Promise.all([store.learnableTests(), store.patternsOfAttributes(IDS)]);
  const latest = tests.toSorted((a, b) => endOf(b) - endOf(a)).slice(0, MOST_TESTS);
  const elsewhere = Object.fromEntries(
    [...archivedEffects()].map(([id, { effect }]) => [id, FOREIGN_SLOPE * effect]),
  );
  const finished = learnedTests(latest).map(({ experiment, looks }) =>
    finishedTest(experiment, looks, brandNames),
  );
  return {
    model: learnAttributes(finished, IDS, elsewhere),
    patterns: new Map(patterns.map((pattern) => [pattern.attributeId!, pattern])),
    lost: latest.flatMap(lostIn).slice(0, MOST_LOST),
  };
}

/** The ads of a test that has a winner, without it. */
function lostIn({ experiment: { winnerVariantId, variants } }: LearnableTest): Creative[] {
  if (winnerVariantId === null) return [];
  return variants.filter(({ id }) => id !== winnerVariantId).map(({ creative }) => creative);
}

function endOf({ experiment: { promotedAt, endedAt } }: LearnableTest): number {
  return promotedAt ?? endedAt ?? 0;
}
