/** What a user should know first of an experiment: what to do, and why. */
import type { LookJson, StatusJson } from './read.js';

export interface Recommendation {
  /** What to do, in a few words. */
  what: string;
  /** Why, in sentences. */
  why: string[];
}

/** `look`: the last one; null before the first. */
export function recommendationOf(experiment: StatusJson, look: LookJson | null): Recommendation {
  const { state, state_reason: reason, trouble, verification } = experiment;
  const winner = experiment.winner_variant_id ?? experiment.variants[1]!.id;
  const [evidence] = look?.reasons ?? [];
  const known = [...(trouble === null ? [] : [trouble]), reason];
  switch (state) {
    case 'running':
      return { what: runningText(look), why: [...(trouble === null ? [] : [trouble]), evidence ?? reason] };
    case 'paused':
      return { what: 'The test is paused: resume it or stop it.', why: known };
    case 'awaiting_approval':
      return { what: 'A promotion waits for you: approve it or stop it.', why: known };
    case 'rolling_out':
      return { what: `${winner} is getting more budget, step by step.`, why: known };
    case 'held':
      return { what: 'The rollout is held.', why: known };
    case 'verifying':
      return { what: `${winner} is promoted; its lift is being verified.`, why: known };
    case 'completed':
      return {
        what: `${winner} keeps the budget.`,
        why: verification ? [verification.message] : [reason],
      };
    case 'reverting':
      return { what: 'The budgets are being restored.', why: known };
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

function runningText(look: LookJson | null): string {
  switch (look?.verdict) {
    case undefined:
      return 'Wait for the first look.';
    case 'insufficient_data':
      return 'Wait: there is too little data to judge.';
    case 'promote':
      return `${look.winner_variant_id} has won and is about to be promoted.`;
    case 'held':
      return 'Someone must act: an ad hardly delivers.';
    default:
      return 'Keep testing.';
  }
}
