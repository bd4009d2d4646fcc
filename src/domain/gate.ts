/** What stands against the next phase of a rollout, and where each reason leads. Pure: over what was read. */
import { type AtRisk, atRiskSentence } from './at-risk.js';
import { type Budgets, formatAmount } from './budget.js';
import { HOUR_MS } from './experiment.js';
import type { Objective } from './metric.js';
import type { BudgetContext, Problem } from './preflight.js';

/** Meta's limit is 4 budget changes an hour of an ad set; one is kept for the way back. */
export const CHANGES_FOR_PHASES = 3;

export type GateCode =
  | Problem['code']
  | 'account_spend_cap'
  | 'campaign_spend_cap'
  | 'no_delivery'
  | 'harm'
  | 'kill_switch'
  | 'envelope'
  | 'at_risk'
  | 'hour_limit';

/** `hold`: the rollout stops where it is. `revert`: every ad set goes back to its base. */
export interface GateFinding {
  code: GateCode;
  leadsTo: 'hold' | 'revert';
  /** A sentence with number, operator and limit. */
  message: string;
  /** When it is over by itself, epoch ms; null: a person ends it. */
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
  /** What the preflight found. */
  problems: readonly Problem[];
  account: BudgetContext['account'];
  /** Campaigns with a spend cap, and what the test's own ads have spent in them, minor units: at most all of it. */
  campaigns: readonly { id: string; spendCap: number; spent: number }[];
  /** Variants that delivered nothing for so many hours that it counts, with the sentence. */
  silent: readonly { variantId: string; message: string }[];
  /** Evidence of harm since the last write, a sentence a rival. */
  harm: readonly string[];
  killSwitch: KillSwitch | null;
  /** Null where the account has none. */
  envelope: { limit: number; moved: number; wanted: number; resetsAt: number } | null;
  atRisk: AtRisk;
  /** Minor units a day; null where the policy sets none, or a person has accepted it. */
  atRiskLimit: number | null;
  interval: { confidence: number; adjusted: boolean; objective?: Objective };
  /** Budget changes of the last hour, by ad set that this phase changes: instants, ascending. */
  changes: Record<string, readonly number[]>;
}

/** The sentence of an engaged kill switch. */
export function killSwitchSentence({ by, reason }: KillSwitch): string {
  return `The account's kill switch is engaged by ${by}: ${reason}.`;
}

/** Until when an ad set takes no further change of a phase, epoch ms, or null where it does. */
export function hourLimitUntil(changes: readonly number[], now: number): number | null {
  const recent = changes.filter((at) => at > now - HOUR_MS).sort((x, y) => x - y);
  if (recent.length < CHANGES_FOR_PHASES) return null;
  return recent[recent.length - CHANGES_FOR_PHASES]! + HOUR_MS;
}

/** The parts of a ledger row that tell whether a budget was changed. */
interface Change {
  adSetId: string;
  before: number;
  outcome: 'pending' | 'applied' | 'refused' | 'unknown';
  at: number;
  settledAt: number | null;
}

/**
 * When our own attempts changed an ad set's budget, epoch ms. One of unknown outcome counts unless the value stood as
 * before it when the next attempt was made, or stands so now, once it can no longer take effect. In ledger order.
 */
export function ownChanges(attempts: readonly Change[], adSetId: string, current: number): number[] {
  const own = attempts.filter((attempt) => attempt.adSetId === adSetId && attempt.outcome !== 'refused');
  return own
    .filter(
      ({ outcome, before }, index) => outcome === 'applied' || (own[index + 1]?.before ?? current) !== before,
    )
    .map(({ at, settledAt }) => settledAt ?? at);
}

/** The sentence for {@link hourLimitUntil}. */
export function hourLimitSentence(adSetId: string, until: number): string {
  return `Ad set ${adSetId} has had ${CHANGES_FOR_PHASES} budget changes within the hour; one of Meta's 4 is kept for the way back. It goes on at ${instantOf(until)}.`;
}

/** The sentence for an envelope that the wanted raise does not fit into. */
export function envelopeSentence(
  { limit, moved, wanted, resetsAt }: NonNullable<GateFacts['envelope']>,
  currency: string,
): string {
  const money = (amount: number) => formatAmount(amount, currency);
  return `The account's envelope is ${money(limit)} a day; ${money(moved)} are moved today and this phase wants ${money(wanted)} more: ${money(moved + wanted)} > ${money(limit)}. It goes on at ${instantOf(resetsAt)}.`;
}

/** Every finding at once, what leads back first. Empty: the phase may be written. */
export function gateFindings(facts: GateFacts): GateFinding[] {
  const { now, currency } = facts;
  const findings: GateFinding[] = [];
  const hold = (code: GateCode, message: string, until: number | null = null) =>
    findings.push({ code, leadsTo: 'hold', message, until });
  for (const message of facts.harm) findings.push({ code: 'harm', leadsTo: 'revert', message, until: null });
  for (const { variantId, message } of facts.silent) {
    const leadsTo = variantId === facts.winnerVariantId ? 'revert' : 'hold';
    findings.push({ code: 'no_delivery', leadsTo, message: `${message}.`, until: null });
  }
  if (facts.killSwitch?.engaged) hold('kill_switch', killSwitchSentence(facts.killSwitch));
  for (const { code, message } of facts.problems) hold(code, message);
  const { spendCap, amountSpent, id } = facts.account;
  if (spendCap !== null && amountSpent >= spendCap) {
    hold(
      'account_spend_cap',
      `Account ${id} has spent ${formatAmount(amountSpent, currency)} ≥ its spend cap of ${formatAmount(spendCap, currency)}: nothing is delivered.`,
    );
  }
  for (const campaign of facts.campaigns) {
    if (campaign.spent < campaign.spendCap) continue;
    hold(
      'campaign_spend_cap',
      `Campaign ${campaign.id} has spent ${formatAmount(campaign.spent, currency)} ≥ its spend cap of ${formatAmount(campaign.spendCap, currency)}: nothing is delivered.`,
    );
  }
  if (facts.atRiskLimit !== null && facts.atRisk.amount > facts.atRiskLimit) {
    hold(
      'at_risk',
      `${atRiskSentence(facts.atRisk, currency, facts.interval)} The policy's limit is ${formatAmount(facts.atRiskLimit, currency)} a day; resume to accept it.`,
    );
  }
  const { envelope } = facts;
  if (envelope && envelope.moved + envelope.wanted > envelope.limit) {
    // What exceeds the whole envelope fits on no day.
    const never = envelope.wanted > envelope.limit;
    hold('envelope', envelopeSentence(envelope, currency), never ? null : envelope.resetsAt);
  }
  for (const [adSetId, changes] of Object.entries(facts.changes)) {
    const until = hourLimitUntil(changes, now);
    if (until !== null) hold('hour_limit', hourLimitSentence(adSetId, until), until);
  }
  return [
    ...findings.filter(({ leadsTo }) => leadsTo === 'revert'),
    ...findings.filter(({ leadsTo }) => leadsTo === 'hold'),
  ];
}

/** What a phase adds to the budgets of those it raises, minor units. */
export function raiseOf(current: Budgets, targets: Budgets): number {
  return Object.entries(targets).reduce(
    (sum, [adSetId, target]) => sum + Math.max(0, target - (current[adSetId] ?? target)),
    0,
  );
}

function instantOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
