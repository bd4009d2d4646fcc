import {
  ApplicationFailure,
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineSignal,
  defineUpdate,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import {
  ALLOWED_CONTROLS,
  type Asked,
  CONTROL_INVALID,
  CONTROL_KINDS,
  CONTROL_REFUSED,
  type ControlKind,
  type ControlOutcome,
  type Controls,
  type Refusal,
  RUN_RENEWING,
  SIGNALS,
} from '../contract/messages.js';
import { type ExperimentState, LONGEST_HORIZON_DAYS } from '../domain/experiment.js';

/**
 * The inbox of an experiment: one queue for everything that people ask for, so that only the main loop acts.
 *
 * A validator refuses what the state doesn't allow. A handler puts an intent into the queue and waits for its answer; it
 * runs no activity. The main loop takes one intent at a time, acts, and answers it, so that two actions never overlap.
 */

/** What somebody asked for. */
export interface Intent {
  controlId: string;
  kind: ControlKind;
  args: Asked & Partial<Controls['stop'] & Controls['resolve'] & Controls['drop'] & Controls['extend']>;
  /** Why a signal can't be acted on: signals have no validator that could refuse them. */
  invalid: string | null;
  answer: { outcome: ControlOutcome } | { refusal: Refusal } | null;
}
type Args = Intent['args'];

/** Who asked for it and why, as a reason keeps it. */
export function whoAsked({ args }: Intent): { by: string; because: string } {
  return { by: args.by, because: args.reason };
}

/** States in which budgets have been moved, so that a stop must decide about them. */
const MONEY_MOVED: readonly ExperimentState[] = ['rolling_out', 'held', 'verifying', 'reverting'];
/** The longest texts, in characters. */
const LIMITS = { by: 200, reason: 2000, controlId: 200 } as const;
/** Postgres can't store NUL, and nobody reads the others; line breaks and tabs are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** The sentence for a control that doesn't fit the state; null if it fits. */
export function misfit(state: ExperimentState, kind: ControlKind, args: Args): string | null {
  const allowed = ALLOWED_CONTROLS[state];
  if (!allowed.includes(kind)) {
    const fitting = allowed.length > 0 ? `What fits: ${allowed.join(', ')}.` : 'No control fits it.';
    return `${kind} doesn't fit an experiment that is ${state}. ${fitting}`;
  }
  if (kind === 'stop' && MONEY_MOVED.includes(state) && args.budgets === undefined) {
    return 'Budgets have been moved: a stop needs budgets: keep or restore.';
  }
  return null;
}

/** The sentence for arguments that are wrong in any state; null if they are right. */
function fault(kind: ControlKind, args: Partial<Args> | undefined): string | null {
  for (const field of ['by', 'reason'] as const) {
    const value = args?.[field];
    if (typeof value !== 'string' || value.trim() === '') return `${kind} needs ${field}: who asks, and why`;
    if (value.length > LIMITS[field]) return `${field} may have at most ${LIMITS[field]} characters`;
    if (value.search(CONTROL_CHARACTERS) >= 0) return `${field} has control characters`;
  }
  if (kind === 'resolve' && args?.action !== 'accept_current' && args?.action !== 'retry_restore') {
    return 'resolve needs action: accept_current or retry_restore';
  }
  if (kind === 'drop' && (typeof args?.variantId !== 'string' || args.variantId === '')) {
    return 'drop needs variantId: which variant';
  }
  if (kind === 'extend' && !isHorizon(args?.horizonDays)) {
    return `extend needs horizonDays: a whole number of days, at most ${LONGEST_HORIZON_DAYS}`;
  }
  if (args?.budgets !== undefined && args.budgets !== 'keep' && args.budgets !== 'restore') {
    return 'budgets must be keep or restore';
  }
  return null;
}

function isHorizon(days: unknown): boolean {
  return Number.isInteger(days) && Number(days) > 0 && Number(days) <= LONGEST_HORIZON_DAYS;
}

/** The text in a form that can go on record. */
function cleaned(value: unknown, field: keyof typeof LIMITS, otherwise: string): string {
  if (typeof value !== 'string' || value.trim() === '') return otherwise;
  return value.replace(CONTROL_CHARACTERS, ' ').slice(0, LIMITS[field]);
}

/**
 * The queue: updates and signals put intents in, the main loop takes them out.
 */
export class Inbox {
  private readonly queue: Intent[] = [];
  /** Every intent that has not been answered: queued, or being acted on. */
  private open: Intent[] = [];
  /** The history has grown long: checks wait for the next run, or a queue that is never empty would keep this run alive. */
  renewing = false;

  /** `stateOf` returns null while the record is not known: then everything is queued, and judged later. */
  constructor(private readonly stateOf: () => ExperimentState | null) {
    for (const kind of CONTROL_KINDS) {
      setHandler(defineUpdate<ControlOutcome, [Args]>(kind), (args) => this.ask(kind, args), {
        validator: (args) => this.validate(kind, args),
      });
    }
    for (const [name, kind] of [
      [SIGNALS.pause, 'pause'],
      [SIGNALS.resume, 'resume'],
      [SIGNALS.forcePromotion, 'promote'],
      [SIGNALS.revert, 'revert'],
      [SIGNALS.stop, 'stop'],
    ] as const) {
      setHandler(defineSignal<[unknown?]>(name), (args) => this.takeSignal(kind, args));
    }
  }

  get size(): number {
    return this.queue.length;
  }

  /** The oldest control; a check only if nothing else waits, so that polling never delays a pause. */
  take(): Intent | undefined {
    const acting = this.queue.findIndex(({ kind }) => kind !== 'check');
    return this.queue.splice(Math.max(0, acting), 1)[0];
  }

  /** The intents that are not answered yet, in order; the queue is empty afterwards. */
  takeUnanswered(): Intent[] {
    this.queue.length = 0;
    return this.open.filter((intent) => intent.answer === null);
  }

  put(kind: ControlKind, args: Args, controlId: string, invalid: string | null = null): Intent {
    const intent: Intent = { controlId, kind, args, invalid, answer: null };
    this.queue.push(intent);
    this.open = [...this.open.filter((other) => other.answer === null), intent];
    return intent;
  }

  private takeSignal(kind: ControlKind, payload: unknown): void {
    const given: Partial<Args> = typeof payload === 'object' && payload !== null ? payload : {};
    const { controlId } = given;
    const isId = typeof controlId === 'string' && controlId !== '' && controlId.length <= LIMITS.controlId;
    const asked = { ...given, by: given.by ?? 'a Temporal signal', reason: given.reason ?? 'none given' };
    const args = {
      ...asked,
      by: cleaned(asked.by, 'by', 'a Temporal signal'),
      reason: cleaned(asked.reason, 'reason', 'none given'),
    };
    this.put(kind, args, isId ? controlId : uuid4(), fault(kind, asked));
  }

  private async ask(kind: ControlKind, args: Args): Promise<ControlOutcome> {
    const intent = this.put(kind, args, args.controlId ?? currentUpdateInfo()?.id ?? uuid4());
    // A cancellation of the workflow is an intent of its own; it must not fail the intents that wait.
    await CancellationScope.nonCancellable(() => condition(() => intent.answer !== null));
    const answer = intent.answer!;
    if ('refusal' in answer) {
      throw failure(CONTROL_REFUSED, answer.refusal.message, [answer.refusal]);
    }
    return answer.outcome;
  }

  private validate(kind: ControlKind, args: Args | undefined): void {
    const wrong = fault(kind, args);
    if (wrong !== null) throw failure(CONTROL_INVALID, wrong);
    if (kind === 'check' && this.renewing)
      throw failure(RUN_RENEWING, 'The history of the experiment is being renewed. Send the check again.');
    const state = this.stateOf();
    const message = state === null ? null : misfit(state, kind, args!);
    if (message === null) return;
    const refusal: Refusal = { state: state!, allowed: [...ALLOWED_CONTROLS[state!]], message };
    throw failure(CONTROL_REFUSED, message, [refusal]);
  }
}

function failure(type: string, message: string, details: unknown[] = []): ApplicationFailure {
  return ApplicationFailure.create({ message, type, nonRetryable: true, details });
}
