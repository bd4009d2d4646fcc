/** What a user should know first of an experiment: what to do, and why. */
import type { z } from '@hono/zod-openapi';
import { adName, shortAdName } from '../../domain/ad-name.js';
import { formatAmount } from '../../domain/budget.js';
import type { ControlRowAnswer } from '../controls/responses.js';
import type { LookAnswer } from '../looks/responses.js';
import type { StatusAnswer } from './responses.js';

type StatusJson = z.output<typeof StatusAnswer>;
type LookJson = z.output<typeof LookAnswer>;
type ControlRowJson = z.output<typeof ControlRowAnswer>;

export interface Recommendation {
  /** What to do, in a few words. */
  what: string;
  /** Why, in sentences. */
  why: string[];
}

/** `looks`: the latest first. `controls`: those that were used, in order. */
export function recommendationOf(
  experiment: StatusJson,
  looks: readonly LookJson[],
  controls: readonly ControlRowJson[],
): Recommendation {
  const look = looks[0] ?? null;
  const { state, state_reason: reason, trouble, verification } = experiment;
  // The state's reason may begin with why the budget moved: once is enough.
  const promotion = promotedBecause(experiment, looks, controls).filter((each) => !reason.includes(each));
  const winner = adName(experiment.variants, experiment.winner_variant_id ?? experiment.variants[1]!.id);
  const [evidence] = look?.reasons ?? [];
  const known = [...(trouble === null ? [] : [trouble]), reason];
  switch (state) {
    case 'running':
      return {
        what: runningText(look, experiment),
        why: [...(trouble === null ? [] : [trouble]), evidence ?? reason],
      };
    case 'paused':
      return { what: 'The test is paused: resume it or stop it.', why: known };
    case 'awaiting_approval':
      return { what: 'A promotion waits for you: approve it or stop it.', why: known };
    case 'rolling_out':
      return { what: `The budget moves to ${winner}, step by step.`, why: [...promotion, ...known] };
    case 'held':
      return { what: 'The rollout is held.', why: known };
    case 'verifying':
      return { what: `Promoted: ${winner}. Its lift is being verified.`, why: [...promotion, ...known] };
    case 'completed':
      return {
        what: `The budget stays with ${winner}.`,
        why: [...promotion, verification ? verification.message : reason, ...budgetsFromNowOn(experiment)],
      };
    case 'reverting':
      return { what: 'The budgets are restored, and read again for an hour.', why: known };
    case 'reverted':
      return { what: 'The budgets are back to what they were.', why: [reason] };
    case 'no_winner':
      return { what: 'No ad has won: nothing was changed.', why: [reason] };
    case 'stopped':
      return { what: 'The test was stopped.', why: [reason] };
    case 'needs_attention':
      return { what: 'Act now: the budgets are not what the ledger says.', why: known };
  }
}

/** What becomes of the budgets after the test: the service leaves them alone. */
function budgetsFromNowOn(experiment: StatusJson): string[] {
  const { budget_reallocation: money, variants, winner_variant_id: winner, currency } = experiment;
  if (money === null || money.status === 'shadow') return [];
  const kept = `${formatAmount(money.loser_current_budget_cents, currency)} per day`;
  const losers = variants.filter(({ id }) => id !== winner);
  const others =
    losers.length > 1
      ? `the other ads keep ${kept} together`
      : `${shortAdName(variants, losers[0]!.id)} keeps ${kept}`;
  return [
    `The budgets stay as they are until someone changes them in Ads Manager; ${others} as the live control.`,
  ];
}

/** Why the budget moved: a user's force, or what the look that decided said. */
function promotedBecause(
  { earlier_delivery: earlier }: StatusJson,
  looks: readonly LookJson[],
  controls: readonly ControlRowJson[],
): string[] {
  const forced = controls.findLast(({ kind, outcome }) => kind === 'promote' && outcome === 'accepted');
  if (forced)
    return [
      `Promoted by force by ${forced.by}: ${forced.reason.replace(/\.$/, '')}.`,
      ...(earlier?.counted ? [earlier.message] : []),
    ];
  const [reason] = looks.find(({ verdict }) => verdict === 'promote')?.reasons ?? [];
  return reason === undefined ? [] : [reason];
}

function runningText(look: LookJson | null, { variants }: StatusJson): string {
  switch (look?.verdict) {
    case undefined:
      return 'Wait for the first look.';
    case 'insufficient_data':
      return 'Wait: there is too little data to judge.';
    case 'promote':
      return `${adName(variants, look.winner_variant_id ?? '')} has won and is about to be promoted.`;
    case 'held':
      return 'Someone must act: an ad hardly delivers.';
    default:
      if (waitsForGuardrails(look))
        return 'An ad has won. Its promotion waits until its guardrails are known.';
      // With two ads the one that is beaten leaves a winner: what keeps it from a promotion is among the reasons.
      return variants.length > 2 && look?.pairs.some(({ called_winner }) => called_winner !== null)
        ? 'Keep testing: an ad is beaten, but no ad has won yet.'
        : 'Keep testing.';
  }
}

/** Whether the look has a winner whose guardrails are not known yet. */
export function waitsForGuardrails(look: LookJson | null): boolean {
  return look?.verdict === 'continue_testing' && look.health.some(({ level }) => level === 'wait');
}
