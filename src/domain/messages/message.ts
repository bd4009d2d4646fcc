/** What the service tells users outside its pages: data and one sentence. Formats are made from it when it is sent. */
import { type Budgets, formatAmount } from '../budget.js';
import { entryOf } from '../entry.js';
import type { Experiment, ExperimentState } from '../experiment.js';

export const MESSAGE_KINDS = [
  'promotion',
  'approval_wanted',
  'hold',
  'revert',
  'needs_attention',
  'verified',
  'not_verified',
  'no_delivery',
  'no_winner',
  'daily_summary',
  'weekly_report',
  'insights',
] as const;
/** The kinds that a hook can choose. `test`: a user asked whether the hook works. */
export type ChosenKind = (typeof MESSAGE_KINDS)[number];
export type MessageKind = ChosenKind | 'test';

/** A budget that a message names. Minor units per day; `before`: what it was before the rollout, null if unknown. */
export interface NamedBudget {
  variantId: string;
  adSetId: string;
  amount: number;
  before: number | null;
}

export interface MessageContent {
  /** `act`: someone must act; `bad`: something was undone or did not hold. */
  tone: 'good' | 'news' | 'act' | 'bad';
  title: string;
  /** The sentences that the page shows. */
  text: string;
  /** Path of the page, e.g. `/experiments/spring-sale`. */
  path: string;
  experiment: { id: string; name: string; state: ExperimentState } | null;
  /** Of the budgets; null without any. */
  currency: string | null;
  budgets: NamedBudget[];
  /** Who acted, and the reason that this user gave; null if the service acted by its rules. */
  by: string | null;
  because: string | null;
}

/** A message before it is entered. `at`: experiment time, epoch ms. */
export interface NewMessage {
  kind: MessageKind;
  at: number;
  experimentId: string | null;
  content: MessageContent;
}

/** Path of an experiment's page. */
export function experimentPath(id: string): string {
  return `/experiments/${encodeURIComponent(id)}`;
}

/** The content of a message about an experiment, with the budgets of its ad sets that `amounts` has. */
export function aboutExperiment(
  experiment: Experiment,
  said: Pick<MessageContent, 'tone' | 'title' | 'text'> & {
    by?: string | undefined;
    because?: string | undefined;
    amounts?: Budgets | undefined;
    base?: Budgets | undefined;
  },
): MessageContent {
  const { amounts, base, by, because, title, ...rest } = said;
  const budgets = experiment.variants.flatMap(({ id, adSetId }): NamedBudget[] => {
    const amount = entryOf(amounts, adSetId);
    if (amount === undefined) return [];
    return [{ variantId: id, adSetId, amount, before: entryOf(base, adSetId) ?? null }];
  });
  return {
    ...rest,
    title: `${title}: ${experiment.name}`,
    path: experimentPath(experiment.id),
    experiment: { id: experiment.id, name: experiment.name, state: experiment.state },
    currency: experiment.currency,
    budgets,
    by: by ?? null,
    because: because ?? null,
  };
}

/** The budgets as label and value: `challenger`, `USD 240.00 a day, before the rollout USD 200.00`. */
export function budgetFacts({ budgets, currency }: MessageContent): { label: string; value: string }[] {
  if (currency === null) return [];
  return budgets.map(({ variantId, amount, before }) => ({
    label: variantId,
    value: `${formatAmount(amount, currency)} a day${
      before === null || before === amount ? '' : `, before the rollout ${formatAmount(before, currency)}`
    }`,
  }));
}
