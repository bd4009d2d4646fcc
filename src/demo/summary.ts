/** The demo in words, for the people who run the ads. */
import { formatAmount } from '../domain/budget.js';
import { DEFAULT_POLICY, HOUR_MS } from '../domain/experiment.js';
import { compoundLift } from '../domain/lift.js';
import { percent } from '../domain/verdict.js';
import type { DemoExperiment } from './document.js';
import type { DemoResult } from './run.js';
import { isStanding, type ScenarioName } from './scenarios.js';
import type { ScenarioStock } from './stock.js';
import { type PlannedTest, trueLift } from './world.js';

const TITLES: Record<ScenarioName, string> = {
  clear_winner: 'A clear winner',
  continue_testing: 'Too close to call',
  compound_learning: 'Tests in a row, each against the winner of the one before',
  batch: 'Several at once, and Meta refuses a write of one',
};

const WHY_THEY_DIFFER =
  'Measured and believed differ because a test ends when its winner looks best, luck included; the believed lift takes off as much as all the tests here say that luck puts on.';

/** One test with all that the summary says of it. */
interface Told {
  entry: DemoExperiment;
  test: PlannedTest;
  name: string;
  state: string;
  reason: string;
  /** Hours from the start of the test to its last look. */
  hours: number;
  currency: string;
}

/** Lines of plain text: each scenario in words, the money, both products of lift, the books, the phases. */
export function summarise(result: DemoResult): string {
  const scenarios = result.scenarios.map((stock, index) => {
    const { name, passed, summary } = stock.entry;
    const told = stock.failure === null ? TELL[name](tell(stock, result.currency), stock) : [];
    return [
      `${index + 1}. ${TITLES[name]}: ${passed ? 'passed' : 'not passed'}`,
      ...[summary, ...told].map((line) => `   ${line}`),
    ].join('\n');
  });
  return [opening(result), ...scenarios, books(result)].join('\n\n');
}

const TELL: Record<ScenarioName, (told: Told[], stock: ScenarioStock) => string[]> = {
  clear_winner: (told) => told.flatMap(tellTest),
  continue_testing: (told) => told.flatMap(tellTest),
  compound_learning: tellRow,
  batch: (told) => told.flatMap((one) => [`${one.name}:`, ...tellTest(one).map((line) => `  ${line}`)]),
};

function tell({ entry, tests, gathered }: ScenarioStock, currency: string): Told[] {
  return entry.experiments.map((experiment, index) => {
    const { experiment: known, looks } = gathered[index]!;
    const last = looks[0];
    return {
      entry: experiment,
      test: tests[index]!,
      name: known.name,
      state: known.state,
      reason: known.state_reason,
      hours: last ? (Date.parse(last.due_at) - Date.parse(known.start_date)) / HOUR_MS : 0,
      currency,
    };
  });
}

function tellTest(told: Told): string[] {
  const { entry, test, hours, state, reason } = told;
  const seen = `after ${Math.round(hours)} hours and ${entry.looks} looks`;
  const lifts = `${quote(test.challenger.headline)} gets ${percent(entry.claimed_lift)} clicks as measured, ${percent(entry.shrunk_lift)} as believed (the market’s hidden truth: ${percent(trueLift(test))}).`;
  const needed = `${DEFAULT_POLICY.confidence * 100} %`;
  if (entry.winner_creative === null) {
    return [
      `No winner ${seen}: confidence ${certainty(entry.confidence)}, ${needed} is needed. ${lifts}`,
      `Budgets: ${money(told)}.`,
    ];
  }
  const won = `${quote(entry.winner_creative)} won ${seen}, confidence ${certainty(entry.confidence)}. ${lifts}`;
  return isStanding({ state: entry.state })
    ? [won, `Budgets: ${money(told)}. The smaller one stays on as a live control.`]
    : [won, `It is ${state}. ${reason}`, `Budgets: ${money(told)}.`];
}

function tellRow(told: Told[], { entry }: ScenarioStock): string[] {
  const gain = (one: Told, lift: number) =>
    one.entry.winner_creative === one.test.challenger.headline ? lift : 0;
  const width = Math.max(
    16,
    ...told.map(({ entry: { winner_creative } }) => (winner_creative ?? '').length + 2),
  );
  const row = (label: string, figures: (string | number)[]) =>
    `${label.padEnd(width)} ${figures.map((figure) => (typeof figure === 'string' ? figure : percent(figure)).padStart(10)).join('')}`;
  const truth = compoundLift(told.map((one) => gain(one, trueLift(one.test))));
  return [
    row('winner', ['measured', 'believed', 'truth']),
    ...told.map((one) =>
      row(one.entry.winner_creative === null ? 'undecided' : quote(one.entry.winner_creative), [
        gain(one, one.entry.claimed_lift),
        gain(one, one.entry.shrunk_lift),
        gain(one, trueLift(one.test)),
      ]),
    ),
    row('all together', [entry.claimed_product ?? 0, entry.shrunk_product ?? 0, truth]),
    WHY_THEY_DIFFER,
    ...told.slice(-1).map((last) => `Budgets of the last test: ${money(last)}.`),
  ];
}

function opening({ seconds, document }: DemoResult): string {
  const hours = (seconds * document.time_scale) / 3_600;
  return `${Math.floor(hours / 24)} days and ${Math.floor(hours % 24)} hours of testing, played in ${Math.round(seconds)} s (seed ${document.seed}).`;
}

function books({ document, timings }: DemoResult): string {
  const { agree, rows, disagreements, latest_phase_hours: latest } = document.books;
  const lines = agree
    ? [
        `The books agree: each of the ${rows} budget writes in the market’s audit stands in the ledger, row by row.`,
      ]
    : [
        `The books do not agree (${rows} budget writes in the market’s audit):`,
        ...disagreements.map((line) => `   ${line}`),
      ];
  if (latest !== null) {
    lines.push(
      `Phases of ${new Set(timings.map(({ experimentId }) => experimentId)).size} rollouts, counted from the first write: none too early, the latest ${latest.toFixed(2)} h late.`,
    );
  }
  return lines.join('\n');
}

/** Daily budgets before and now, winner first. */
function money({ entry, test, currency }: Told): string {
  const winner = entry.winner_ad_id;
  const amounts = Object.values(entry.budgets).map(({ before, now }, index) => ({
    headline: (index === 0 ? test.control : test.challenger).headline,
    text:
      before === now
        ? `${formatAmount(now, currency)} a day as before`
        : `${formatAmount(before, currency)} -> ${formatAmount(now, currency)} a day`,
  }));
  amounts.sort(
    (x, y) => Number(y.headline === entry.winner_creative) - Number(x.headline === entry.winner_creative),
  );
  return winner === null && new Set(amounts.map(({ text }) => text)).size === 1
    ? `${amounts[0]!.text} for each`
    : amounts.map(({ headline, text }) => `${quote(headline)} ${text}`).join(', ');
}

function certainty(confidence: number): string {
  if (confidence >= 0.9999) return 'above 99.99 %';
  return `${(confidence * 100).toFixed(confidence > 0.99 ? 2 : 1)} %`;
}

function quote(text: string): string {
  return `“${text}”`;
}
