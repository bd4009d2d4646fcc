/** The demo in sentences for marketers. */
import { formatAmount } from '../../domain/budget.js';
import { DEFAULT_POLICY } from '../../domain/experiment.js';
import { percent } from '../../domain/percent.js';
import { priorNote } from '../../domain/reporting/sentences.js';
import { HOUR_MS } from '../../domain/time.js';
import type { LedgerRowJson } from './api.js';
import type { DemoResult } from './demo.js';
import type { DemoExperiment } from './document.js';
import { isStanding, type ScenarioName } from './scenarios.js';
import type { ScenarioStock } from './stock.js';
import { tellLoop } from './summary-loop.js';
import { type PlannedTest, trueLift } from './world.js';

const TITLES: Record<ScenarioName, string> = {
  clear_winner: 'A clear winner',
  continue_testing: 'Too close to call',
  compound_learning: 'Consecutive tests, each against the previous winner',
  batch: 'Several tests at once, and Meta refuses a write of one of them',
};

const TRUTH = 'the market’s hidden truth';
/** Everything that the summary says of one test. */
interface Told {
  entry: DemoExperiment;
  test: PlannedTest;
  state: string;
  reason: string;
  ledger: LedgerRowJson[];
  /** Of control and challenger, minor units per day. */
  budgets: { before: number; now: number }[];
  /** Hours from the start of the test to its last look. */
  hours: number;
  currency: string;
}

/** Plain text: the scenarios, the money, both products of lift, the books, the phases. */
export function summarise(result: DemoResult): string {
  const scenarios = result.scenarios.map((stock, index) => {
    const { name, passed, summary } = stock.entry;
    const lines = stock.failure === null ? TELL[name](tell(stock, result.currency), stock) : [];
    return [
      `${index + 1}. ${TITLES[name]}: ${passed ? 'passed' : 'not passed'}`,
      ...[summary, ...lines].map((line) => `   ${line}`),
    ].join('\n');
  });
  const note = priorNote(result.prior);
  return [opening(result), ...scenarios, ...(note ? [note] : []), closing(result)].join('\n\n');
}

const TELL: Record<ScenarioName, (told: Told[], stock: ScenarioStock) => string[]> = {
  clear_winner: (told) => told.flatMap(tellTest),
  continue_testing: (told) => told.flatMap(tellTest),
  compound_learning: (_, { entry, gathered }) => tellLoop(entry, gathered),
  batch: tellBatch,
};

/** Nothing for tests of drafts, which have more than two ads. */
function tell({ entry, tests, gathered }: ScenarioStock, currency: string): Told[] {
  return tests.map((test, index) => {
    const experiment = entry.experiments[index]!;
    const { experiment: known, looks, ledger } = gathered[index]!;
    const last = looks[0];
    return {
      entry: experiment,
      test,
      state: known.state,
      reason: known.state_reason,
      ledger,
      budgets: known.variants.map((variant) => experiment.budgets[variant.ad_set_id]!),
      hours: last ? (Date.parse(last.due_at) - Date.parse(known.start_date)) / HOUR_MS : 0,
      currency,
    };
  });
}

function tellTest(told: Told): string[] {
  const { entry, test, hours } = told;
  const { control, challenger } = test;
  const seen = `after ${Math.round(hours)} hours and ${entry.looks} looks`;
  const needed = `${certainty(DEFAULT_POLICY.confidence)} is needed`;
  const lifts = `Clicks of the new ad over the old: ${percent(entry.shrunk_lift)} believed, ${percent(entry.claimed_lift)} measured, ${percent(trueLift(test))} in ${TRUTH}.`;
  const winner = entry.winner_creative;
  if (winner === null) {
    return [
      `${quote(control.headline)} or ${quote(challenger.headline)}? No answer ${seen}: confidence ${certainty(entry.confidence)}; ${needed}.`,
      lifts,
      `Daily budgets: ${money(told)}.`,
    ];
  }
  const loser = winner === control.headline ? challenger.headline : control.headline;
  return [
    `${quote(winner)} beat ${quote(loser)} ${seen}, confidence ${certainty(entry.confidence)}; ${needed}.`,
    lifts,
    `Daily budgets: ${money(told)}.`,
    ...tellTrouble(told),
  ];
}

function tellBatch(told: Told[]): string[] {
  return [
    row('winner', ['after', 'believed', 'measured', 'true', 'its daily budget']),
    ...told.map((one) => {
      const { entry, test, hours } = one;
      return row(winnerOf(one), [
        `${Math.round(hours)} h`,
        percent(entry.shrunk_lift),
        percent(entry.claimed_lift),
        percent(trueLift(test)),
        winnersBudget(one),
      ]);
    }),
    ...(told.some(({ entry }) => entry.claimed_lift < 0) ? ['A lift below zero: the old ad is better.'] : []),
    ...told.flatMap(tellTrouble),
  ];
}

/** Why a winner does not have its last share; nothing if it has it, or if there is no winner. */
function tellTrouble({ entry, test, state, reason, ledger, currency }: Told): string[] {
  if (entry.winner_creative === null || isStanding({ state: entry.state })) return [];
  const refused = ledger.find((entered) => entered.outcome === 'refused');
  const title = `${quote(test.control.headline)} or ${quote(test.challenger.headline)}`;
  if (state !== 'reverted' || refused === undefined) return [`${title} is ${state}: ${reason}`];
  const amount = formatAmount(refused.intended, currency);
  return [
    `${title}: Meta refused ${amount} a day in phase ${refused.phase}, so every budget was restored.`,
    `Meta’s answer: ${refused.error ?? 'none'}`,
  ];
}

function opening({ seconds, document }: DemoResult): string {
  const hours = (seconds * document.time_scale) / 3_600;
  return `${Math.floor(hours / 24)} days and ${Math.floor(hours % 24)} hours of testing, played in ${Math.round(seconds)} s (seed ${document.seed}).`;
}

function closing({ document, timings }: DemoResult): string {
  const { agree, rows, disagreements, latest_phase_hours: latest } = document.books;
  const lines = agree
    ? [`The books agree: the ledger has each of the ${rows} budget writes that the market saw, row by row.`]
    : [
        `The books do not agree; the market saw ${rows} budget writes:`,
        ...disagreements.map((line) => `   ${line}`),
      ];
  if (latest !== null) {
    const early = timings.some(({ slack }) => slack < 0) ? 'some too early' : 'none too early';
    lines.push(
      `Phases at ${plannedHours()} h after the first write: ${early}, the latest ${latest.toFixed(2)} h late.`,
    );
  }
  return lines.join('\n');
}

/** `0, 1 and 3`: planned hours of the phases after the first write. */
function plannedHours(): string {
  const waits = DEFAULT_POLICY.phases.map(({ waitHours }) => waitHours);
  const hours = waits.map((_, last) => String(waits.slice(0, last + 1).reduce((sum, wait) => sum + wait)));
  return new Intl.ListFormat('en-GB').format(hours);
}

/** Daily budgets before and now, control first. */
function money({ budgets, test, currency }: Told): string {
  return budgets
    .map(({ before, now }, index) => {
      const { headline } = index === 0 ? test.control : test.challenger;
      return `${quote(headline)} ${change(before, now, currency)}`;
    })
    .join(', ');
}

function winnersBudget({ entry, budgets, test, currency }: Told): string {
  if (entry.winner_creative === null) return '';
  const { before, now } = budgets[entry.winner_creative === test.control.headline ? 0 : 1]!;
  return change(before, now, currency);
}

function change(before: number, now: number, currency: string): string {
  const amount = formatAmount(now, currency);
  return before === now ? `${amount} as before` : `${formatAmount(before, currency)} -> ${amount}`;
}

function winnerOf({ entry }: Told): string {
  return entry.winner_creative === null ? 'undecided' : quote(entry.winner_creative);
}

function row(label: string, figures: readonly string[]): string {
  const [after = '', ...rest] = figures;
  return `${label.padEnd(38)}${after.padStart(6)}${rest.map((figure) => `  ${figure.padStart(9)}`).join('')}`;
}

function certainty(confidence: number): string {
  if (confidence >= 0.9999) return 'above 99.99 %';
  return `${Number((confidence * 100).toFixed(2))} %`;
}

function quote(text: string): string {
  return `“${text}”`;
}
