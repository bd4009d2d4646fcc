/** One test of clicks by the real looks, its guardrails with any truth about conversions, and the gates after a promotion. */
import type { PairEvidence } from '../../src/domain/decision/decision.js';
import { afterGuardrails, guardrailWait, waitingFinding } from '../../src/domain/decision/guardrail-wait.js';
import { guardrailFinding } from '../../src/domain/decision/guardrails.js';
import { takeLook } from '../../src/domain/decision/look.js';
import type { PairRow } from '../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Guardrail, type Policy } from '../../src/domain/experiment.js';
import { METRICS } from '../../src/domain/metric.js';
import { pairRows } from '../../src/domain/pair-rows.js';
import { guardrailsHarmed } from '../../src/domain/rollout/guardrail-watch.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { Random } from '../../src/sandbox/random.js';
import { type Booked, CHALLENGER, CONTROL, drawHours, observedAt, type Selling, sell } from './worlds.js';

const { checkEveryHours, horizonHours } = DEFAULT_POLICY;
const NO_HARM: Guardrail = { metric: 'cost_per_conversion', mode: 'no_harm', margin: 0 };

/** `before`: no harm, by each look alone, as before promotions waited. The others wait. */
export const FORMS = {
  before: { ...DEFAULT_POLICY, guardrails: [NO_HARM], guardrailWaitHours: undefined },
  no_harm: { ...DEFAULT_POLICY, guardrails: [NO_HARM] },
  non_inferiority: DEFAULT_POLICY,
} satisfies Record<string, Policy>;
export type Form = keyof typeof FORMS;

const VARIANTS = [CONTROL, CHALLENGER].map((id) => ({
  id,
  role: id === CONTROL ? ('control' as const) : ('challenger' as const),
  adId: id,
  adSetId: id,
  creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
}));

/** A look that calls a winner. */
interface Call {
  hours: number;
  winner: string;
  pairs: PairEvidence[];
}

export interface ClickTest {
  lift: number;
  run: number;
  hours: ReturnType<typeof drawHours>;
  calls: Call[];
}

/** Looks every 6 hours, without guardrails, until the wait of the first winner is over or the horizon has come. */
export function testOfClicks(seed: number, lift: number, run: number): ClickTest {
  const hours = drawHours(new Random(`${seed} clicks ${lift} ${run}`), { lift, from: 0, to: horizonHours });
  const observations = observedAt(
    sell(new Random(''), hours, lift, { cost: 1, perDay: 0 }),
    horizonHours + 24,
  );
  const policy = { ...DEFAULT_POLICY, guardrails: [] };
  const calls: Call[] = [];
  let states: Record<string, Uint8Array> = {};
  let previous: PairEvidence[] | null = null;
  for (let at = checkEveryHours; at <= horizonHours; at += checkEveryHours) {
    const first = calls[0]?.hours ?? at;
    if (at > first + (policy.guardrailWaitHours ?? 0)) break;
    const result = takeLook({
      experiment: { variants: VARIANTS, policy, startedAt: 0 },
      lookNumber: at / checkEveryHours,
      dueAt: at * HOUR_MS,
      observations: observations.filter(({ bucketEnd }) => bucketEnd <= at * HOUR_MS),
      previous,
      states,
    });
    states = result.states;
    previous = result.pairs;
    if (result.winnerVariantId !== null)
      calls.push({ hours: at, winner: result.winnerVariantId, pairs: result.pairs });
  }
  return { lift, run, hours, calls };
}

/** `asked`: not known when the wait is over. `kept`: harm was shown whenever the rule called a winner. */
export type Ending = 'promoted' | 'asked' | 'kept' | 'undecided';

export interface Guarded {
  ending: Ending;
  winner: string | null;
  /** Hours from the start. */
  calledAt: number | null;
  endedAt: number | null;
}

/** The end of a test by each form of the guardrails. */
export function guard(test: ClickTest, booked: readonly Booked[]): Record<Form, Guarded> {
  const calledAt = test.calls[0]?.hours ?? null;
  const none: Guarded = {
    ending: calledAt === null ? 'undecided' : 'kept',
    winner: null,
    calledAt,
    endedAt: null,
  };
  const ends: Record<Form, Guarded> = { before: none, no_harm: none, non_inferiority: none };
  const open = new Set(Object.keys(FORMS) as Form[]);
  for (const call of test.calls) {
    if (open.size === 0) break;
    const rows = rowsAt(booked, call);
    for (const form of open) {
      const ending = endAt(FORMS[form], call, rows);
      if (ending === null) continue;
      ends[form] = { ending, winner: call.winner, calledAt, endedAt: call.hours };
      open.delete(form);
    }
  }
  return ends;
}

const rivalOf = (winner: string) => (winner === CONTROL ? CHALLENGER : CONTROL);

/** The guardrail's rows at a look that calls a winner. */
function rowsAt(booked: readonly Booked[], { hours, winner }: Call): PairRow[] {
  const known = hours - DEFAULT_POLICY.attributionWindowHours;
  const observations = observedAt(
    booked.filter(({ hour }) => hour < known),
    hours,
  );
  const until = known * HOUR_MS;
  return pairRows(METRICS[NO_HARM.metric], observations, [rivalOf(winner), winner], { startedAt: 0, until });
}

/** How a look that calls a winner ends the test; null if the test goes on. */
function endAt(policy: Policy, { hours, winner, pairs }: Call, rows: readonly PairRow[]): Ending | null {
  const input = {
    guardrail: policy.guardrails[0]!,
    winner,
    rival: rivalOf(winner),
    rows,
    minimum: policy.minimumConversions,
    buckets: policy.buckets,
  };
  const wait = guardrailWait(policy, { pairs, winner, hours });
  const finding = wait ? waitingFinding(input, wait) : guardrailFinding(input);
  if (finding.level === 'block') return null;
  const called = {
    verdict: 'promote' as const,
    winnerVariantId: winner,
    leaderVariantId: winner,
    confidence: 1,
    reasons: [''],
  };
  const { verdict } = afterGuardrails(called, [finding], { wait, startedAt: 0 });
  if (verdict !== 'promote') return null;
  return finding.level === 'approve' ? 'asked' : 'promoted';
}

export function booksOf(seed: number, test: ClickTest, selling: Selling): Booked[] {
  const { lift, run, calls } = test;
  const end = calls.at(-1)?.hours ?? 0;
  const hours = test.hours.filter(({ hour }) => hour < end);
  const random = new Random(`${seed} conversions ${lift} ${run} ${selling.cost} ${selling.perDay}`);
  return sell(random, hours, lift, selling);
}

/** Hours after a promotion at which a gate weighs the guardrails: each phase, then each day of the verification. */
const GATES = [0, 1, 3, ...Array.from({ length: 8 }, (_, day) => 27 + 24 * day)];
const SPLITS: { until: number; share: number }[] = [
  { until: 1, share: 0.6 },
  { until: 3, share: 0.7 },
  { until: 27 + 24 * 7, share: 0.8 },
];

/**
 * A challenger that was approved after `days` of testing: hours after the promotion at which a gate found harm, or null.
 * The periods are those of the service: since the start, and from its second day on the verification's window.
 */
export function revertedAfter(
  seed: number,
  run: number,
  { lift, days, selling }: { lift: number; days: number; selling: Selling },
): number | null {
  const random = new Random(`${seed} rollout ${lift} ${run} ${selling.cost} ${selling.perDay} ${days}`);
  const start = 24 * days;
  let from = start;
  const hours = drawHours(random, { lift, from: 0, to: start });
  for (const { until, share } of SPLITS) {
    hours.push(...drawHours(random, { lift, from, to: start + until, shareB: share }));
    from = start + until;
  }
  const booked = sell(random, hours, lift, selling);
  const window = { since: (start + 27) * HOUR_MS, until: (start + 27 + 7 * 24) * HOUR_MS };
  for (const gate of GATES) {
    const at = start + gate;
    const now = at * HOUR_MS;
    const own = now >= window.since + 24 * HOUR_MS ? [{ ...window, words: '' }] : [];
    const harmed = guardrailsHarmed({
      experiment: { policy: DEFAULT_POLICY, startedAt: 0, variants: [] },
      winner: CHALLENGER,
      rival: CONTROL,
      observations: observedAt(booked, at),
      periods: [{ since: 0, until: now, words: '' }, ...own],
      now,
    });
    if (harmed.length > 0) return gate;
  }
  return null;
}
