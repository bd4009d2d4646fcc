/** The end of a demo: what the service and the market say of every experiment. */
import { DEFAULT_POLICY } from '../../domain/experiment.js';
import type { Prior } from '../../domain/reporting/prior.js';
import { phaseName } from '../../domain/rollout/plan.js';
import type { AuditRow, Market } from '../../sandbox/meta-simulator/index.js';
import type { ServiceApi } from './api.js';
import { auditBooks, type Book, type PhaseTiming, phaseTimings } from './books.js';
import { type DemoScenario, type Gathered, learnedPrior, scenarioEntry } from './document.js';
import type { PlayedLoop } from './document-loop.js';
import type { Judge, ScenarioName } from './scenarios.js';
import type { PlannedTest } from './world.js';

/** How a scenario went: its judge, or the reason why it could not be played. */
export interface Outcome {
  name: ScenarioName;
  tests: PlannedTest[];
  /** Of consecutive tests of drafts. */
  loop?: PlayedLoop;
  judge: Judge | { failure: string };
}

/** Everything known of a scenario, including what only the market knew. */
export interface ScenarioStock {
  entry: DemoScenario;
  /** In the order of the entry's experiments; empty for tests of drafts. */
  tests: PlannedTest[];
  gathered: Gathered[];
  /** Why it could not be played; null if it was played. */
  failure: string | null;
}

export interface Stock {
  scenarios: ScenarioStock[];
  books: { rows: number; disagreements: string[] };
  audit: AuditRow[];
  timings: PhaseTiming[];
  /** The prior by which lifts are shrunk. */
  prior: Prior;
}

type StockApi = Pick<ServiceApi, 'list' | 'one' | 'looks' | 'ledger'>;

const MOST_LOOKS = 1_000;
/** How often the books are read again: a write may be under way while they are read. */
const READINGS = 5;
const BETWEEN_READINGS_MS = 1_000;

/** Planned hours of each phase after the previous one. */
const WAITS = DEFAULT_POLICY.phases.map((phase) => ({
  name: phaseName(phase),
  waitHours: phase.waitHours,
}));

export async function takeStock(
  outcomes: readonly Outcome[],
  api: StockApi,
  market: Pick<Market, 'audit' | 'budgets'>,
): Promise<Stock> {
  const { found, audit } = await readAll(outcomes, api, market);
  const gathered = [...found.values()];
  const prior = learnedPrior(gathered);
  const scenarios = outcomes.map((outcome): ScenarioStock => {
    const { name, tests, loop, judge } = outcome;
    const present = tests.filter(({ id }) => found.has(id));
    const own = idsOf(outcome).flatMap((id) => found.get(id) ?? []);
    const failure = 'failure' in judge ? judge.failure : null;
    const judgement =
      'failure' in judge
        ? { passed: false, summary: `It could not be played: ${judge.failure}` }
        : judge(own.map(({ experiment, ledger }) => ({ experiment, moved: ledger.length > 0 })));
    return {
      entry: scenarioEntry(name, judgement, own, prior, loop),
      tests: present,
      gathered: own,
      failure,
    };
  });
  const books = gathered.map(bookOf);
  return {
    scenarios,
    books: { rows: audit.length, disagreements: auditBooks(books, audit) },
    audit,
    timings: books.flatMap((book) => phaseTimings(book, audit, WAITS)),
    prior,
  };
}

function idsOf({ tests, loop }: Outcome): string[] {
  return [...tests, ...(loop?.rounds ?? [])].map(({ id }) => id);
}

/** All experiments by id, with an audit that did not grow while they were read. */
async function readAll(
  outcomes: readonly Outcome[],
  api: StockApi,
  market: Pick<Market, 'audit' | 'budgets'>,
): Promise<{ found: Map<string, Gathered>; audit: AuditRow[] }> {
  const known = new Set((await api.list()).map((experiment) => experiment.experiment_id));
  const ids = outcomes.flatMap(idsOf).filter((id) => known.has(id));
  for (let reading = 1; ; reading++) {
    const before = await market.audit();
    const found = new Map<string, Gathered>();
    for (const id of ids) found.set(id, await gather(id, before, api, market));
    const audit = await market.audit();
    const pending = [...found.values()].some(({ ledger }) => ledger.some((row) => row.outcome === 'pending'));
    const quiet = audit.length === before.length && !pending;
    if (quiet || reading === READINGS) return { found, audit };
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_READINGS_MS));
  }
}

async function gather(
  id: string,
  audit: readonly AuditRow[],
  api: StockApi,
  market: Pick<Market, 'budgets'>,
): Promise<Gathered> {
  const experiment = await api.one(id);
  const [looks, ledger] = await Promise.all([api.looks(id, MOST_LOOKS), api.ledger(id)]);
  const now = await market.budgets(experiment.variants.map((variant) => variant.ad_set_id));
  const budgets = Object.fromEntries(
    Object.entries(now).map(([adSetId, amount]) => {
      const first = audit.find((row) => row.adSetId === adSetId);
      return [adSetId, { before: first?.before ?? amount, now: amount }];
    }),
  );
  return { experiment, looks, ledger, budgets };
}

function bookOf({ experiment, ledger, budgets }: Gathered): Book {
  return { experimentId: experiment.experiment_id, ledger, budgets };
}
