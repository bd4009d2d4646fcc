import {
  ApplicationFailure,
  condition,
  currentUpdateInfo,
  defineSignal,
  defineUpdate,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import type { ExperimentState } from '../domain/experiment.js';
import {
  ALLOWED_CONTROLS,
  type Asked,
  CONTROL_KINDS,
  CONTROL_REFUSED,
  type ControlKind,
  type ControlOutcome,
  type Controls,
  type Refusal,
  SIGNALS,
} from './contract.js';

/** What somebody asked for. The main loop takes it, acts, and answers; the handler only waits. */
export interface Intent {
  controlId: string;
  kind: ControlKind;
  args: Asked & Partial<Controls['stop'] & Controls['resolve']>;
  answer: { outcome: ControlOutcome } | { refusal: Refusal } | null;
}

/** Budgets that a stop must decide on lie away from their base in these states. */
const MONEY_MOVED: readonly ExperimentState[] = ['rolling_out', 'held', 'verifying'];

/** The sentence for a control that doesn't fit the state, or null where it fits. */
export function misfit(state: ExperimentState, kind: ControlKind, args: Intent['args']): string | null {
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

/** The failure that a refused control answers with. */
export function refusalFailure(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({
    message: refusal.message,
    type: CONTROL_REFUSED,
    nonRetryable: true,
    details: [refusal],
  });
}

/**
 * The one queue of an experiment: updates and signals put intents in, the main loop takes them out. Handlers
 * run no activities, so two actions never overlap.
 */
export class Inbox {
  private readonly queue: Intent[] = [];

  /** `stateOf` answers null until the record is loaded; until then everything is queued and judged later. */
  constructor(private readonly stateOf: () => ExperimentState | null) {
    for (const kind of CONTROL_KINDS) {
      setHandler(defineUpdate<ControlOutcome, [Intent['args']]>(kind), (args) => this.ask(kind, args), {
        validator: (args) => this.validate(kind, args),
      });
    }
    const bySignal = (kind: ControlKind) => (args?: Partial<Intent['args']>) => {
      const asked = typeof args === 'object' && args !== null ? args : {};
      this.put(
        kind,
        { ...asked, by: asked.by ?? 'a Temporal signal', reason: asked.reason ?? 'none given' },
        uuid4(),
      );
    };
    setHandler(defineSignal<[Partial<Intent['args']>?]>(SIGNALS.pause), bySignal('pause'));
    setHandler(defineSignal<[Partial<Intent['args']>?]>(SIGNALS.resume), bySignal('resume'));
    setHandler(defineSignal<[Partial<Intent['args']>?]>(SIGNALS.forcePromotion), bySignal('promote'));
    setHandler(defineSignal<[Partial<Intent['args']>?]>(SIGNALS.stop), bySignal('stop'));
  }

  get size(): number {
    return this.queue.length;
  }

  take(): Intent | undefined {
    return this.queue.shift();
  }

  put(kind: ControlKind, args: Intent['args'], controlId: string): Intent {
    const intent: Intent = { controlId, kind, args, answer: null };
    this.queue.push(intent);
    return intent;
  }

  private async ask(kind: ControlKind, args: Intent['args']): Promise<ControlOutcome> {
    const intent = this.put(kind, args, args.controlId ?? currentUpdateInfo()?.id ?? uuid4());
    await condition(() => intent.answer !== null);
    const answer = intent.answer!;
    if ('refusal' in answer) throw refusalFailure(answer.refusal);
    return answer.outcome;
  }

  private validate(kind: ControlKind, args: Intent['args'] | undefined): void {
    const invalid = (message: string) =>
      ApplicationFailure.create({ message, type: 'InvalidControl', nonRetryable: true });
    for (const field of ['by', 'reason'] as const) {
      const value = args?.[field];
      if (typeof value !== 'string' || value.trim() === '')
        throw invalid(`${kind} needs ${field}: who asks, and why`);
    }
    if (kind === 'resolve' && args?.action !== 'accept_current' && args?.action !== 'retry_restore') {
      throw invalid('resolve needs action: accept_current or retry_restore');
    }
    if (
      kind === 'stop' &&
      args?.budgets !== undefined &&
      args.budgets !== 'keep' &&
      args.budgets !== 'restore'
    ) {
      throw invalid('budgets must be keep or restore');
    }
    const state = this.stateOf();
    const message = state === null ? null : misfit(state, kind, args!);
    if (message !== null)
      throw refusalFailure({ state: state!, allowed: [...ALLOWED_CONTROLS[state!]], message });
  }
}
