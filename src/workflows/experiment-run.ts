import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  defineQuery,
  setHandler,
  sleep,
  uuid4,
} from '@temporalio/workflow';
import type { ExperimentRecord } from '../contract/activities.js';
import type { Carried, ExperimentInput } from '../contract/experiment-input.js';
import { ALLOWED_CONTROLS, type ExperimentStatus, STATUS_QUERY } from '../contract/messages.js';
import type { Promotion } from '../contract/records.js';
import type { Decision } from '../domain/decision/decision.js';
import { type Experiment, type ExperimentState, stateReasonOf } from '../domain/experiment.js';
import { type Hold, pausedHold } from '../domain/rollout/hold.js';
import { reasonSentence, type StateReason } from '../domain/state-reason.js';
import { HOUR_MS, instant } from '../domain/time.js';
import { toExperimentTime, toRealTime } from '../domain/time-base.js';
import { Inbox, type Intent, misfit } from './inbox.js';
import { experimentOf } from './older-answers.js';
import { enduring, RecordDisagrees, record } from './proxies.js';
import { showConfidence, showDetails, showIdentity, showState } from './visibility.js';

/** A wait for a user wakes after this, experiment ms, to see whether the record was changed elsewhere. */
const WAKE_MS = 24 * HOUR_MS;
/** No loop repeats faster than this, real ms, however short the experiment's hours are. */
const FLOOR_REAL_MS = 2_000;

/**
 * One run of the workflow: the record of its experiment, its clock and its inbox. The steps of the states act through it.
 *
 * A step waits with {@link Run.next}, which returns the control that fits, or null at the due time; it acts; and it leaves
 * the next state with {@link Run.become}, which writes the record first.
 */
export class Run {
  readonly inbox: Inbox;
  /** A difficulty that is being retried. */
  trouble: string | null;
  /** A step that Meta failed is not tried again before; experiment time. */
  retryAt: number | null;
  /** Whether the record has said that this promotion may have moved money. */
  moved = false;
  /** Cut-off of the last check on the grid; experiment time. */
  lastCheckAt: number | null = null;
  /** Cut-off of the last daily look of the verification, or the start of the wait for the first; experiment time. */
  verifiedUntil: number | null = null;
  /**
   * Since when Meta has not answered in the verification, moved later by the service's own downtime; experiment time.
   */
  silentSince: number | null;
  /** The controls that wait for the outcome of a phase or of a restore. */
  readonly askers: Intent[] = [];
  private loaded: ExperimentRecord | null = null;
  /** Another run acted: new controls are not judged by the state that this run knows. */
  outdated = false;
  private cancellation: Intent | null = null;
  private due: { at: number | null; what: string } = { at: null, what: 'loading the record' };

  constructor(readonly input: ExperimentInput) {
    const { carried = {} } = input;
    this.trouble = carried.trouble ?? null;
    this.retryAt = carried.retryAt ?? null;
    this.silentSince = carried.silentSince ?? null;
    this.inbox = new Inbox(() => (this.outdated ? null : (this.loaded?.experiment.state ?? null)));
    setHandler(defineQuery<ExperimentStatus>(STATUS_QUERY), () => this.status());
    if (carried.cancelled) this.cancel();
  }

  /** What the next run must know that is not on record. */
  get carried(): Carried {
    const { trouble, retryAt, silentSince, cancellation } = this;
    const cancelled = cancellation !== null && !(cancellation.answer && 'outcome' in cancellation.answer);
    return { trouble, retryAt, silentSince, cancelled };
  }

  async load(): Promise<void> {
    this.loaded = await enduring(() =>
      record.loadExperiment.executeWithOptions({ summary: 'the record' }, [this.input.experimentId]),
    );
    this.loaded.experiment = experimentOf(this.loaded.experiment);
    const { experiment, lastDecision, lastVerificationAt } = this.loaded;
    this.lastCheckAt = lastDecision?.dueAt ?? null;
    if (experiment.state === 'verifying')
      this.verifiedUntil = Math.max(lastVerificationAt ?? 0, experiment.stateChangedAt);
    showIdentity(experiment);
    showState(experiment, this.trouble);
  }

  get experiment(): Experiment {
    return this.record.experiment;
  }
  get state(): ExperimentState {
    return this.experiment.state;
  }
  /** A reason in sentences. */
  inWords(reason: StateReason): string {
    const { currency, variants } = this.experiment;
    return reasonSentence(reason, currency, variants);
  }
  /** Why it is in its state, in sentences. */
  get stateReason(): string {
    return stateReasonOf(this.experiment);
  }
  /** What holds the rollout; if the record doesn't say, someone must resume it. */
  get hold(): Hold {
    return this.experiment.hold ?? pausedHold(null, this.now());
  }
  get promotion(): Promotion {
    if (!this.record.promotion) throw new RecordDisagrees(`${this.state} without a promotion on record`);
    return this.record.promotion;
  }
  set promotion(promotion: Promotion) {
    this.moved = false;
    this.record.promotion = promotion;
  }
  /** The promotion was withdrawn: the record has none. */
  forgetPromotion(): void {
    this.record.promotion = null;
  }
  /** Null if none is on record, or the record isn't loaded. */
  get knownPromotion(): Promotion | null {
    return this.loaded?.promotion ?? null;
  }
  get lastDecision(): Decision | null {
    return this.record.lastDecision;
  }
  set lastDecision(decision: Decision) {
    this.record.lastDecision = decision;
    showConfidence(decision.confidence);
  }
  private get record(): ExperimentRecord {
    if (!this.loaded) throw new RecordDisagrees('the record is not loaded');
    return this.loaded;
  }

  /** Experiment time, epoch ms. */
  now(): number {
    return toExperimentTime(this.input.timeBase, Date.now());
  }

  /** `waitMs` of experiment time from now, but never so soon that a loop would spin. */
  later(waitMs: number): number {
    return this.now() + Math.max(waitMs, FLOOR_REAL_MS * this.input.timeBase.scale);
  }

  /**
   * The next intent that fits the state, or null if `until` (experiment time) comes first. With `until` null it waits for
   * a user and returns null once per day. Intents that don't fit are refused meanwhile. `shown`: the due time that the
   * status shows, if the wait may end earlier.
   */
  async next(until: number | null, what: string, shown = until): Promise<Intent | null> {
    this.due = { at: shown, what };
    const wakeAt = until ?? this.later(WAKE_MS);
    for (;;) {
      const intent = await this.nextQueued();
      if (intent) return intent;
      const wait = toRealTime(this.input.timeBase, wakeAt) - Date.now();
      if (wait <= 0) return null;
      await condition(() => this.inbox.size > 0, wait, { summary: `${what}, ${instant(wakeAt)}` });
    }
  }

  /** An intent that is queued already and fits, or null. It doesn't wait. */
  async nextQueued(): Promise<Intent | null> {
    for (let intent = this.inbox.take(); intent; intent = this.inbox.take())
      if (await this.admit(intent)) return intent;
    return null;
  }

  /** Waits, whoever asks for something: intents that are queued meanwhile are taken afterwards. */
  async sleepUntil(until: number, what: string): Promise<void> {
    this.due = { at: until, what };
    const wait = toRealTime(this.input.timeBase, until) - Date.now();
    if (wait > 0) await sleep(wait, { summary: `${what}, ${instant(until)}` });
  }

  /** A cancellation in Temporal is a stop with restore, queued like any other control. */
  cancel(): void {
    const args = { by: 'Temporal', reason: 'the workflow was cancelled', budgets: 'restore' as const };
    this.cancellation = this.inbox.put('stop', args, uuid4());
  }

  /** Moves to another state; the record first. */
  async become(
    to: ExperimentState,
    reason: StateReason,
    more: { hold?: Hold; winnerVariantId?: string } = {},
  ): Promise<void> {
    const transition = {
      experimentId: this.experiment.id,
      from: this.state,
      to,
      reason,
      at: this.now(),
      ...more,
    };
    const summary = `${this.state} -> ${to}: ${this.inWords(reason)}`.slice(0, 200);
    const result = await enduring(() => record.transition.executeWithOptions({ summary }, [transition]));
    if (!result.ok) {
      throw new RecordDisagrees(`expected ${transition.from}, the record says ${result.experiment.state}`);
    }
    this.record.experiment = experimentOf(result.experiment, more.hold);
    this.trouble = null;
    this.retryAt = null;
    showState(this.experiment, null);
  }

  /** Takes a variant out of the comparison; the record first. */
  async dropVariant(variantId: string): Promise<void> {
    const at = this.now();
    const experiment = await enduring(() =>
      record.dropVariant.executeWithOptions({ summary: `${variantId} is compared no more` }, [
        this.experiment.id,
        variantId,
        at,
      ]),
    );
    this.record.experiment = experimentOf(experiment);
    this.trouble = null;
    showState(this.experiment, null);
  }

  /** As {@link become}; returns the reason if another live experiment holds an ad set. */
  async tryBecome(to: ExperimentState, reason: StateReason): Promise<string | null> {
    try {
      await this.become(to, reason);
      return null;
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      if (cause instanceof ApplicationFailure && cause.type === 'AdSetLeased') return cause.message;
      throw error;
    }
  }

  /** Enters the control and its result, then answers it. */
  async answer(intent: Intent, message: string, decision: Decision | null = null): Promise<void> {
    await this.recordControl(intent, 'accepted', message);
    intent.answer = { outcome: { state: this.state, message, decision } };
  }

  async refuse(intent: Intent, message: string): Promise<void> {
    await this.recordControl(intent, 'refused', message);
    intent.answer = {
      refusal: { state: this.state, allowed: [...ALLOWED_CONTROLS[this.state]], message },
    };
  }

  /** Answers the controls that wait for a phase or a restore. */
  async answerAskers(message: string): Promise<void> {
    for (const intent of this.askers.splice(0)) await this.answer(intent, message, this.lastDecision);
  }

  /** Refuses the controls that wait: what they asked for was not reached. */
  async refuseAskers(message: string): Promise<void> {
    for (const intent of this.askers.splice(0)) await this.refuse(intent, message);
  }

  /** What was reported last is over. */
  clearTrouble(): void {
    if (this.trouble === null) return;
    this.trouble = null;
    showDetails(this.experiment, null);
  }

  /** Reports an obstacle to people and in the query; the same text is reported once. */
  async report(trouble: string): Promise<void> {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    showState(this.experiment, trouble);
    await enduring(() =>
      record.announceTrouble.executeWithOptions({ summary: trouble.slice(0, 200) }, [
        this.experiment.id,
        trouble,
      ]),
    );
  }

  /**
   * Refuses every intent that is not answered, until no handler waits. More may come while a refusal is entered.
   */
  async drain(message: string): Promise<void> {
    this.askers.length = 0;
    do {
      for (const intent of this.inbox.takeUnanswered()) await this.refuse(intent, message);
      await condition(() => allHandlersFinished() || this.inbox.size > 0);
    } while (this.inbox.size > 0);
  }

  /** Whether the intent can be acted on now. One that doesn't fit, or was answered before, is answered here. */
  private async admit(intent: Intent): Promise<boolean> {
    const earlier = await enduring(() =>
      record.findControl.executeWithOptions({ summary: `${intent.kind} by ${intent.args.by}` }, [
        this.input.experimentId,
        intent.controlId,
      ]),
    );
    const message = earlier?.message ?? intent.invalid ?? misfit(this.state, intent.kind, intent.args);
    if (message === null) return true;
    if (earlier?.outcome === 'accepted') await this.answer(intent, message);
    else await this.refuse(intent, message);
    return false;
  }

  private async recordControl(
    intent: Intent,
    outcome: 'accepted' | 'refused',
    message: string,
  ): Promise<void> {
    const { controlId, kind, args } = intent;
    const { by, reason } = args;
    const row = {
      controlId,
      experimentId: this.input.experimentId,
      kind,
      by,
      reason,
      at: this.now(),
      outcome,
      message,
    };
    await enduring(() =>
      record.recordControl.executeWithOptions({ summary: `${kind} by ${by}: ${outcome}` }, [row]),
    );
  }

  private status(): ExperimentStatus {
    const experiment = this.loaded?.experiment;
    const state = experiment?.state ?? 'running';
    return {
      experimentId: this.input.experimentId,
      state,
      stateReason: experiment ? stateReasonOf(experiment) : 'Loading.',
      nextDueAt: this.due.at,
      nextDue: this.due.what,
      allowed: [...ALLOWED_CONTROLS[state]],
      trouble: this.trouble,
      queued: this.inbox.size,
      loaded: this.loaded !== null,
    };
  }
}
