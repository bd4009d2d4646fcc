/**
 * Why an experiment is in its state, as data. The record keeps the data and the code reads the data. Only
 * {@link reasonSentence} puts it into words, which no code reads.
 */
import { adName, adSetName, type NamedAd, shortAdName } from './ad-name.js';
import { amountsInWords, type Budgets, formatAmount } from './budget.js';

export type ReasonCode =
  /** A row that was written before reasons were data: `detail` is its sentence. */
  | 'recorded'
  | 'started'
  | 'paused'
  | 'resumed'
  | 'stopped'
  | 'approval_asked'
  | 'approval_lapsed'
  | 'no_winner'
  | 'time_over'
  | 'promoted'
  | 'approved'
  | 'forced'
  | 'phase_waits'
  | 'hold_over'
  | 'freeze_over'
  | 'withdrawn'
  | 'not_promoted'
  | 'dropping'
  | 'dropped'
  | 'phase_done'
  | 'rolled_out'
  | 'phase_failed'
  | 'retries_exhausted'
  | 'gate'
  | 'revert_asked'
  | 'restore_asked'
  | 'retry_asked'
  | 'restored'
  | 'shadow_ended'
  | 'not_restored'
  | 'kept'
  | 'accepted'
  | 'verification'
  | 'promotion_lost'
  | 'rollout_lost';

export interface StateReason {
  code: ReasonCode;
  /** The user who acted; missing if the service acted by its rules. */
  by?: string;
  /** The reason that the user gave. */
  because?: string;
  /** A finding in its own sentences: a verdict, Meta's answer, a gate's finding. */
  detail?: string;
  /** Name of the phase. */
  phase?: string;
  winnerVariantId?: string;
  /** The age of a decision, or how long an approval was open. */
  hours?: number;
  /** Budgets as last read or written, minor units by ad set; in `held` and `needs_attention` only those that matter. */
  amounts?: Budgets;
  base?: Budgets;
  /** Ad sets whose budget could not be read. */
  unreadable?: string[];
  /** The rollout was in shadow: nothing was written. */
  shadow?: boolean;
  /** The budgets are being restored. */
  restoring?: boolean;
  /** The variant that the rollout drops; missing: it promotes a winner. */
  drops?: string;
  /** The state in which a restore ends; missing: `reverted`. */
  endsIn?: 'stopped' | 'running';
  /** The reason for the previous state; its sentence comes first. */
  before?: StateReason;
}

/** The amounts and the ad sets that could not be read, in words. */
export function standInWords(
  { amounts = {}, unreadable = [] }: Pick<StateReason, 'amounts' | 'unreadable'>,
  currency: string,
  ads: readonly NamedAd[],
): string {
  const nameOf = (adSetId: string) => adSetName(ads, adSetId);
  const unread = unreadable.map((adSetId) => `; ${nameOf(adSetId)} could not be read`);
  return `${amountsInWords(amounts, currency, nameOf)}${unread.join('')}`;
}

/** `USD 320.00 per day for “Summer sale”`. */
function confirmed(amounts: Budgets, currency: string, ads: readonly NamedAd[]): string {
  const each = Object.entries(amounts).map(([adSetId, amount]) => {
    const ad = ads.find((one) => one.adSetId === adSetId);
    return `${formatAmount(amount, currency)} per day for ${ad ? shortAdName(ads, ad.id) : `ad set ${adSetId}`}`;
  });
  return each.join(', ');
}

/** The reason in words for marketers: one or more sentences. `currency`: of the amounts. `ads`: those of the test. */
export function reasonSentence(reason: StateReason, currency: string, ads: readonly NamedAd[]): string {
  const { by, because = '', detail = '', phase, hours, base, amounts } = reason;
  const before = reason.before ? `${reasonSentence(reason.before, currency, ads)} ` : '';
  const winner = reason.winnerVariantId && adName(ads, reason.winnerVariantId);
  const drops = reason.drops && adName(ads, reason.drops);
  const again = reason.drops && shortAdName(ads, reason.drops);
  const who = ended(`by ${by}: ${because}`);
  const stand = standInWords(reason, currency, ads);
  const restoring = reason.restoring ? ' The budgets are being restored.' : '';
  const onItGoes = 'No budget was moved; the test goes on.';
  switch (reason.code) {
    case 'recorded':
    case 'no_winner':
    case 'promoted':
    case 'verification':
      return `${before}${detail}`;
    case 'started':
      return 'The test has started.';
    case 'paused':
      return `Paused ${who}${amounts ? ` The budgets stand at ${stand}.` : ''}`;
    case 'resumed':
      return `Resumed ${who}`;
    case 'stopped':
      return `Stopped ${who}`;
    case 'approval_asked':
      return `${detail} Someone must approve it.`;
    case 'approval_lapsed':
      return `Nobody approved within ${hours} h; the test goes on.`;
    case 'time_over':
      return `The planned time is over and ${winner} is not promoted: ${detail}`;
    case 'approved':
      return `Approved ${who} ${detail}`;
    case 'forced':
      return `Promoted by force ${who} ${detail}`;
    case 'phase_waits':
      return `Phase ${phase} waits: ${detail}${amounts ? ` The budgets stand at ${stand}.` : ''}`;
    case 'hold_over':
      return 'The hold is over; the rollout goes on.';
    case 'freeze_over':
      return `The freeze is over. ${drops ? `The decision to drop ${drops}` : `The decision on ${winner}`} is ${hours} h old: fresh data is looked at before any budget moves.`;
    case 'dropping':
      return `${winner} has beaten ${drops}: ${again} is dropped, and its budget goes to the other ads.`;
    case 'dropped':
      return reason.shadow
        ? `Shadow: dropping ${drops} would have set ${stand}; nothing was written. ${again} is compared no more.`
        : `${drops} was dropped; the budgets were read back: ${stand}. The test goes on without it.`;
    case 'withdrawn':
      if (drops) return `${before}${drops} is not dropped yet: the decision is ${hours} h old. ${onItGoes}`;
      return `${before}The promotion of ${winner} is withdrawn: its decision is ${hours} h old. ${onItGoes}`;
    case 'not_promoted':
      if (drops) return `${drops} is not dropped: ${before}${onItGoes}`;
      return `${winner} is not promoted: ${before}${onItGoes}`;
    case 'phase_done':
    case 'rolled_out': {
      if (reason.shadow)
        return `Shadow: phase ${phase} of ${winner} would have set ${stand}; nothing was written. ${detail}`;
      const watched =
        reason.code === 'rolled_out' ? ' The lift is being verified against the live control.' : '';
      return `Meta confirms ${confirmed(amounts ?? {}, currency, ads)} (phase ${phase}). ${detail}${watched}`;
    }
    case 'phase_failed':
      return `Phase ${phase} failed: ${detail}${restoring}`;
    case 'retries_exhausted':
      return `Retries are exhausted: ${detail}${restoring}`;
    case 'gate':
      return `${detail}${restoring}`;
    case 'revert_asked':
      return `Reverted ${who}`;
    case 'restore_asked':
      return `${before}Stopped with restore ${who}`;
    case 'retry_asked':
      return `Tried again ${who}`;
    case 'restored': {
      const goesOn = drops ? ` The test goes on, and ${drops} is compared no more.` : '';
      return amounts
        ? `${before}Every ad set was back at its base; someone has changed budgets since: ${stand}.${goesOn}`
        : `${before}Every ad set is back at its base.${goesOn}`;
    }
    case 'shadow_ended':
      return `${before}The rollout was in shadow: nothing was written.`;
    case 'not_restored':
      return `${detail} The base is ${standInWords({ amounts: base ?? {} }, currency, ads)}; ${amounts ? `now ${stand}` : 'the current budgets could not be read'}.`;
    case 'kept':
      return `Stopped ${who} The budgets stay as they are${amounts ? `: ${stand}` : ''}.`;
    case 'accepted':
      return `The current budgets${amounts ? ` (${stand})` : ''} were accepted ${who}`;
    case 'promotion_lost':
      return `The record of this experiment's promotion is lost, so the budgets before it are not known. ${detail}`;
    case 'rollout_lost':
      return `A part of the record of this rollout is lost: ${winner} had been promoted.`;
  }
}

/** A user's text, ended by exactly one full stop. */
function ended(text: string): string {
  return `${text.replace(/\.$/, '')}.`;
}
