/** Consecutive tests of drafts in sentences: what won, what was learned, and what other drafts would have reached. */
import { percent } from '../../domain/percent.js';
import { HOUR_MS } from '../../domain/time.js';
import type { DemoScenario, Gathered } from './document.js';
import type { DemoLoop, DemoLoopAd } from './document-loop.js';

const WHY_THEY_DIFFER = [
  'Why believed and measured differ: a test ends when its winner looks best, so part of the lead is luck. The',
  'believed lift is mostly closer to zero, and more so if the test is noisy compared with the spread of all lifts.',
];
const LARGE_EFFECTS =
  'In this market, words do far more than in real ones, so that a test can end within two days.';
/** Of the drafts of a test, so many are told. */
const MOST_TOLD = 3;

export function tellLoop({ loop, ...entry }: DemoScenario, gathered: readonly Gathered[]): string[] {
  if (!loop || loop.tests.length === 0) return [];
  const hours = gathered.map(({ experiment, looks }) =>
    looks[0] ? (Date.parse(looks[0].due_at) - Date.parse(experiment.start_date)) / HOUR_MS : 0,
  );
  const byClaude = loop.tests.filter((test) => test.drafts_by === 'claude').length;
  return [
    LARGE_EFFECTS,
    `Drafts: ${byClaude} of ${loop.tests.length} times by Claude, otherwise by small changes of words. Before the first test: ${copyOf(loop.first)}, clicked in ${share(loop.first.true_click_rate)} of impressions.`,
    ...loop.tests.flatMap((test, i) => [
      `Test ${i + 1}, ${Math.round(hours[i]!)} h: ${outcomeOf(test, entry.experiments[i]?.shrunk_lift ?? 0)}`,
      ...learnedOf(test).map((line) => `   ${line}`),
    ]),
    ...productsOf(entry),
    ...WHY_THEY_DIFFER,
    'True click rate of the last winner over the first ad’s, in the market’s hidden truth:',
    ...reachedOf(loop),
  ];
}

type DemoLoopTest = DemoLoop['tests'][number];

function outcomeOf({ ads, winner_variant_id: winner }: DemoLoopTest, believed: number): string {
  const won = ads.find(({ variant_id: id }) => id === winner)!;
  const rate = `clicked in ${share(won.true_click_rate)} of impressions`;
  if (won === ads[0]) return `no draft beat ${copyOf(won)}, ${rate}.`;
  return `${copyOf(won)} won, ${rate}: ${percent(believed)} believed, ${percent(won.measured_lift ?? 0)} measured, ${percent(won.true_lift)} true.`;
}

/** What the drafts with the clearest results changed, and what the library says of the patterns that they used. */
function learnedOf({ ads, learned }: DemoLoopTest): string[] {
  const drafts = ads
    .filter((ad): ad is DemoLoopAd & { change: string; measured_lift: number } =>
      Boolean(ad.change && ad.measured_lift !== null),
    )
    .sort((a, b) => Math.abs(Math.log1p(b.measured_lift)) - Math.abs(Math.log1p(a.measured_lift)))
    .slice(0, MOST_TOLD)
    .map(
      ({ change, measured_lift: lift, true_lift: truth }) =>
        `${change.replace(/\.$/, '')}: ${percent(lift)}, truly ${percent(truth)}.`,
    );
  if (learned === null) return [...drafts, 'The service had not learned from it when the next test began.'];
  const uses = learned.patterns.reduce((sum, pattern) => sum + pattern.uses, 0);
  const wins = learned.patterns.reduce((sum, pattern) => sum + pattern.wins, 0);
  const patterns =
    learned.patterns.length === 0
      ? 'no pattern was used yet'
      : `its drafts used ${count(learned.patterns.length, 'pattern')}, so far won ${wins} of ${count(uses, 'time')}`;
  return [...drafts, `The model has learned from ${count(learned.tests, 'test')}; ${patterns}.`];
}

function productsOf(entry: Omit<DemoScenario, 'loop'>): string[] {
  const { shrunk_product: believed, claimed_product: measured } = entry;
  if (believed === undefined || measured === undefined) return [];
  return [
    `All together: ${percent(believed)} believed (95 % interval: ${within(entry.shrunk_product_interval)}), ${percent(measured)} measured (${within(entry.claimed_product_interval)}, as if no winner had been selected).`,
  ];
}

function reachedOf({ reached, simulated }: DemoLoop): string[] {
  const inRuns = (label: string, runs: readonly number[]) => {
    if (runs.length === 0) return `   ${label}`;
    const mean = Math.expm1(runs.reduce((sum, lift) => sum + Math.log1p(lift), 0) / runs.length);
    return `   ${label}${percent(mean).padStart(10)} in ${runs.length} simulated runs (${percent(Math.min(...runs))} to ${percent(Math.max(...runs))})`;
  };
  return [
    `${inRuns('with patterns        ', simulated.with_patterns)}, ${percent(reached ?? 0)} in this one`,
    inRuns('without patterns     ', simulated.without_patterns),
    inRuns('with shuffled ones   ', simulated.shuffled_patterns),
    'Simulated: the same brief, hidden truth, budgets and rule, other luck. Five tests are few: the runs differ much.',
  ];
}

function copyOf({ headline, text }: { headline: string; text: string | null }): string {
  return text ? `“${headline}” (${text})` : `“${headline}”`;
}

function share(rate: number): string {
  return `${(100 * rate).toFixed(2)} %`;
}

function within(interval: readonly [number, number] = [0, 0]): string {
  return interval.map(percent).join(' to ');
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}
