/**
 * The gate before each phase, and once per day of a hold and of the verification: what stands against going on, and
 * whether that holds the rollout or reverts it. Pure: from what was read.
 */

import { type Budgets, formatAmount } from '../budget.js';
import type { Finding } from '../finding.js';
import type { Objective } from '../metric.js';
import { HOUR_MS, instantOf } from '../time.js';
import { type AtRisk, atRiskSentence } from './at-risk.js';
import { type Freeze, freezeSentence } from './freeze.js';
import { type LargestStep, phaseStepSentence } from './plan.js';
import type { BudgetContext, ProblemCode } from './preflight.js';

/** Meta allows 4 budget changes per hour and ad set; one is kept for a revert. */
export const CHANGES_FOR_PHASES = 3;

export type GateCode =
  | ProblemCode
  | 'no_delivery'
  | 'account_spend_cap'
  | 'campaign_spend_cap'
  | 'harm'
  | 'kill_switch'
  | 'freeze'
  | 'envelope'
  | 'envelope_too_small'
  | 'at_risk'
  | 'hour_limit'
  | 'foreign'
  | 'split_changed'
  | 'activity_log'
  | 'largest_step';

/** `hold`: the rollout stops where it is. `revert`: every ad set is restored to its base. `note`: reported only. */
export interface GateFinding {
  code: GateCode;
  leadsTo: 'hold' | 'revert' | 'note';
  /** A sentence with number, operator and limit. */
  message: string;
  /** When it ends without anyone's help, epoch ms; null: someone must act. */
  until: number | null;
}

export interface KillSwitch {
  engaged: boolean;
  by: string;
  reason: string;
  /** Epoch ms. */
  at: number;
}

export interface GateFacts {
  now: number;
  currency: string;
  winnerVariantId: string;
  /** What the preflight and the check of the delivery found, of the variants that take part. */
  findings: readonly Finding<ProblemCode | 'no_delivery'>[];
  account: BudgetContext['account'];
  /** Campaigns with a spend cap, and what all of their ads have spent, minor units. */
  campaigns: readonly { id: string; spendCap: number; spent: number }[];
  /** The variants that take part. */
  variantIds: readonly string[];
  /** Evidence of harm since the decision, one sentence per rival. */
  harm: readonly string[];
  killSwitch: KillSwitch | null;
  /** The freeze that a phase must wait for. Null: there is none, or no phase begins here. */
  freeze: Freeze | null;
  /** Null if the account has none. */
  envelope: { limit: number; moved: number; wanted: number; resetsAt: number } | null;
  atRisk: AtRisk;
  /** Minor units per day; null if the policy has no limit. */
  atRiskLimit: number | null;
  /** The amount beyond it that someone accepted, minor units per day; null if nobody did. */
  atRiskAccepted: number | null;
  /** The largest step of the phase, what users call its ad set, and the policy's limit; null after the last phase. */
  largestStep: (LargestStep & { limit: number; name: string }) | null;
  /** In shadow: amounts that are not the base, in words; a real write finds these itself. Null if there are none. */
  foreign: string | null;
  /** In the verification: amounts that are not the last phase's targets, in words; null if there are none. */
  splitChanged: string | null;
  interval: { confidence: number; adjusted: boolean; objective: Objective };
  /** Budget changes of the last hour, by each ad set that this phase changes: instants, ascending. */
  changes: Record<string, readonly number[]>;
  /** Why Meta's activity log could not be read; null if it was. */
  logTrouble: string | null;
}

/** The sentence of an engaged kill switch. */
export function killSwitchSentence({ by, reason }: KillSwitch): string {
  return `The account's kill switch is engaged by ${by}: ${reason}.`;
}

/** Until when an ad set takes no further change of a phase, epoch ms; null if it takes one now. */
export function hourLimitUntil(changes: readonly number[], now: number): number | null {
  const recent = changes.filter((at) => at > now - HOUR_MS).sort((x, y) => x - y);
  if (recent.length < CHANGES_FOR_PHASES) return null;
  return recent[recent.length - CHANGES_FOR_PHASES]! + HOUR_MS;
}

/** The sentence for {@link hourLimitUntil}. */
export function hourLimitSentence(adSetId: string, until: number): string {
  return `Ad set ${adSetId} has had ${CHANGES_FOR_PHASES} budget changes within the hour; one of Meta's 4 is kept for a revert. It goes on at ${instantOf(until)}.`;
}

/** Why the account's envelope has no room for a raise; null if it has. A raise above the whole envelope fits on no day. */
export function envelopeHold(
  { limit, moved, wanted, resetsAt }: NonNullable<GateFacts['envelope']>,
  currency: string,
): { code: 'envelope' | 'envelope_too_small'; message: string; until: number | null } | null {
  const money = (amount: number) => formatAmount(amount, currency);
  if (wanted > limit) {
    const message = `The account's envelope is ${money(limit)} a day and this phase alone needs ${money(wanted)}: it fits on no day. Set ACCOUNT_ENVELOPE higher and resume, or revert, or stop.`;
    return { code: 'envelope_too_small', message, until: null };
  }
  if (moved + wanted <= limit) return null;
  const message = `The account's envelope is ${money(limit)} a day; ${money(moved)} have been moved today and this phase needs ${money(wanted)} more: ${money(moved + wanted)} > ${money(limit)}. It goes on at ${instantOf(resetsAt)}.`;
  return { code: 'envelope', message, until: resetsAt };
}

/** Every finding at once; those that revert come first. Empty: the phase may be written. */
export function gateFindings(facts: GateFacts): GateFinding[] {
  const { now, currency } = facts;
  const findings: GateFinding[] = [];
  const hold = (code: GateCode, message: string, until: number | null = null) =>
    findings.push({ code, leadsTo: 'hold', message, until });
  for (const message of facts.harm) findings.push({ code: 'harm', leadsTo: 'revert', message, until: null });
  if (facts.killSwitch?.engaged) hold('kill_switch', killSwitchSentence(facts.killSwitch));
  if (facts.freeze) hold('freeze', freezeSentence(facts.freeze), facts.freeze.until);
  for (const { code, variantId, message } of facts.findings) {
    const isSilentWinner = code === 'no_delivery' && variantId === facts.winnerVariantId;
    const leadsTo = isSilentWinner && othersDeliver(facts) ? 'revert' : 'hold';
    findings.push({ code, leadsTo, message, until: null });
  }
  for (const { code, message } of spendCapsReached(facts)) hold(code, message);
  if (facts.splitChanged !== null) {
    hold(
      'split_changed',
      `A budget was changed after the last phase: ${facts.splitChanged}. The lift is not verified on another split.`,
    );
  }
  const { atRiskLimit: limit, atRiskAccepted: accepted } = facts;
  if (limit !== null && facts.atRisk.amount > Math.max(limit, accepted ?? 0)) {
    const money = (amount: number) => formatAmount(amount, currency);
    const so = accepted === null ? '' : `, ${money(accepted)} accepted so far`;
    hold(
      'at_risk',
      `${atRiskSentence(facts.atRisk, currency, facts.interval)} The policy's limit is ${money(limit)} a day${so}; resume to accept it.`,
    );
  }
  const beyond = facts.envelope && envelopeHold(facts.envelope, currency);
  if (beyond) hold(beyond.code, beyond.message, beyond.until);
  for (const [adSetId, changes] of Object.entries(facts.changes)) {
    const until = hourLimitUntil(changes, now);
    if (until !== null) hold('hour_limit', hourLimitSentence(adSetId, until), until);
  }
  const note = (code: GateCode, message: string) =>
    findings.push({ code, leadsTo: 'note', message, until: null });
  if (facts.foreign !== null) {
    note('foreign', `Someone has changed a budget: ${facts.foreign}. A live rollout would be held here.`);
  }
  if (facts.logTrouble !== null) {
    const message = `Meta's activity log could not be read (${facts.logTrouble}): only the service's own changes within the hour are counted.`;
    note('activity_log', message);
  }
  if (facts.largestStep !== null) {
    const { limit: most, name } = facts.largestStep;
    note('largest_step', phaseStepSentence(facts.largestStep, most, name));
  }
  return (['revert', 'hold', 'note'] as const).flatMap((where) =>
    findings.filter(({ leadsTo }) => leadsTo === where),
  );
}

/** Silence speaks against a winner only if nothing else explains it: others deliver, and nothing is off or capped. */
function othersDeliver(facts: GateFacts): boolean {
  const silent = facts.findings
    .filter(({ code }) => code === 'no_delivery')
    .map(({ variantId }) => variantId);
  return (
    facts.variantIds.some((id) => !silent.includes(id)) &&
    facts.findings.length === silent.length &&
    spendCapsReached(facts).length === 0
  );
}

function spendCapsReached({
  account,
  campaigns,
  currency,
}: GateFacts): { code: GateCode; message: string }[] {
  const money = (amount: number) => formatAmount(amount, currency);
  const reached: { code: GateCode; message: string }[] = [];
  if (account.spendCap !== null && account.amountSpent >= account.spendCap) {
    const message = `Account ${account.id} has spent ${money(account.amountSpent)} ≥ its spend cap of ${money(account.spendCap)}: nothing is delivered.`;
    reached.push({ code: 'account_spend_cap', message });
  }
  for (const { id, spent, spendCap } of campaigns) {
    if (spent < spendCap) continue;
    const message = `Campaign ${id} has spent ${money(spent)} ≥ its spend cap of ${money(spendCap)}: nothing is delivered.`;
    reached.push({ code: 'campaign_spend_cap', message });
  }
  return reached;
}

/** How much a phase adds to the budgets that it raises, minor units. */
export function raiseOf(current: Budgets, targets: Budgets): number {
  return Object.entries(targets).reduce(
    (sum, [adSetId, target]) => sum + Math.max(0, target - (current[adSetId] ?? target)),
    0,
  );
}
