import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExperimentRecord } from '../activities/experiments.js';
import type { Promotion } from '../activities/promotions.js';
import type { Budgets } from '../domain/budget.js';
import { toExperimentTime, toRealTime } from '../domain/clock.js';
import type { Decision } from '../domain/decision.js';
import type { Experiment, ExperimentState } from '../domain/experiment.js';
import { ALLOWED_CONTROLS, type ExperimentInput, type ExperimentStatus, STATUS_QUERY } from './contract.js';
import { Inbox, type Intent, misfit } from './inbox.js';
import { enduring, record } from './proxies.js';
import { searchAttributes } from './search-attributes.js';

/** States in which a run may not continue as new: between the first write and the last phase, and on the way back. */
const ONE_RUN: readonly ExperimentState[] = ['rolling_out', 'held', 'reverting'];

/** Postgres holds another state than this run believed: another run acted. The record is right. */
export class RecordDisagrees extends Error {}

/** One run of an experiment: its record, its clock, its inbox. The states' steps act through it. */
export class Run {
  readonly inbox: Inbox;
  /** A difficulty that is being retried. */
  trouble: string | null = null;
  /** A failed check comes again then; experiment time. */
  retryCheckAt: number | null = null;
  /** Cut-off of the last check on the grid; experiment time. */
  lastCheckAt: number | null = null;
  /** A hold that ends by itself is tried again then; experiment time. */
  holdUntil: number | null = null;
  /** The budgets as last read while a person's attention is needed. */
  attention: Budgets | null = null;
  /** Who waits for the first phase's outcome. */
  readonly askers: Intent[] = [];
  /** The intent that the current step acts on, answered or not. */
  private inHand: Intent | null = null;
  private loaded: ExperimentRecord | null = null;
  private due: { at: number | null; what: string } = { at: null, what: 'loading the record' };

  constructor(readonly input: ExperimentInput) {
    this.inbox = new Inbox(() => this.loaded?.experiment.state ?? null);
    setHandler(defineQuery<ExperimentStatus>(STATUS_QUERY), () => this.status());
  }

  async load(): Promise<void> {
    this.loaded = await enduring(() =>
      record.loadExperiment.executeWithOptions({ summary: 'the record' }, [this.input.experimentId]),
    );
    const { experiment, lastDecision } = this.loaded;
    this.lastCheckAt = lastDecision?.dueAt ?? null;
    upsertMemo({
      name: experiment.name,
      variants: experiment.variants.map((v) => `${v.id}: ad ${v.adId}`).join('; '),
    });
    upsertSearchAttributes([{ key: searchAttributes.account, value: experiment.accountId }]);
    this.show();
  }

  get experiment(): Experiment {
    return this.record.experiment;
  }
  get state(): ExperimentState {
    return this.experiment.state;
  }
  get promotion(): Promotion {
    if (!this.record.promotion) throw new RecordDisagrees(`${this.state} without a promotion on record`);
    return this.record.promotion;
  }
  set promotion(promotion: Promotion) {
    this.record.promotion = promotion;
  }
  get lastDecision(): Decision | null {
    return this.record.lastDecision;
  }
  set lastDecision(decision: Decision) {
    this.record.lastDecision = decision;
    upsertSearchAttributes([{ key: searchAttributes.confidence, value: decision.confidence }]);
  }
  private get record(): ExperimentRecord {
    if (!this.loaded) throw new RecordDisagrees('the record is not loaded');
    return this.loaded;
  }

  /** Experiment time, epoch ms. */
  now(): number {
    return toExperimentTime(this.input.timeBase, Date.now());
  }

  /**
   * The next intent that fits the state, or null when `until` (experiment time; null: never) is reached first.
   * Intents that don't fit are refused on the way.
   */
  async next(until: number | null, what: string): Promise<Intent | null> {
    this.due = { at: until, what };
    for (;;) {
      const intent = this.inbox.take();
      if (intent) {
        const message = misfit(this.state, intent.kind, intent.args);
        if (message === null) {
          this.inHand = intent;
          return intent;
        }
        await this.refuse(intent, message);
        continue;
      }
      if (until === null) {
        await condition(() => this.inbox.size > 0);
        continue;
      }
      const wait = toRealTime(this.input.timeBase, until) - Date.now();
      if (wait <= 0) return null;
      await condition(() => this.inbox.size > 0, wait, { summary: `${what}, ${instant(until)}` });
    }
  }

  /** An intent that is queued already and fits, or null. Asking costs no time. */
  async nextQueued(): Promise<Intent | null> {
    return this.next(0, 'a control that came with the start');
  }

  /** Waits whatever is asked for: what is queued meanwhile is taken afterwards. */
  async pause(until: number, what: string): Promise<void> {
    this.due = { at: until, what };
    const wait = toRealTime(this.input.timeBase, until) - Date.now();
    if (wait > 0) await sleep(wait, { summary: `${what}, ${instant(until)}` });
  }

  /** A cancellation asked for in Temporal: a stop that restores, in the queue as any other. */
  cancel(controlId: string): void {
    this.inbox.put(
      'stop',
      { by: 'Temporal', reason: 'the workflow was cancelled', budgets: 'restore' },
      controlId,
    );
  }

  /** Moves to another state, on the record first. */
  async become(
    to: ExperimentState,
    reason: string,
    more: { code?: string; winnerVariantId?: string; promotedAt?: number } = {},
  ): Promise<void> {
    const transition = {
      experimentId: this.experiment.id,
      from: this.state,
      to,
      reason,
      at: this.now(),
      ...more,
    };
    const result = await enduring(() =>
      record.transition.executeWithOptions({ summary: `${this.state} -> ${to}: ${reason}`.slice(0, 200) }, [
        transition,
      ]),
    );
    if (!result.ok) {
      throw new RecordDisagrees(`expected ${transition.from}, the record says ${result.experiment.state}`);
    }
    this.record.experiment = result.experiment;
    this.trouble = null;
    this.show();
  }

  /** As {@link become}; answers why not where another live experiment holds an ad set. */
  async tryBecome(to: ExperimentState, reason: string): Promise<string | null> {
    try {
      await this.become(to, reason);
      return null;
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      if (cause instanceof ApplicationFailure && cause.type === 'AdSetLeased') return cause.message;
      throw error;
    }
  }

  /** Enters the control with what it led to, then answers it. */
  async answer(intent: Intent, message: string, decision: Decision | null = null): Promise<void> {
    await this.enter(intent, 'accepted', message);
    intent.answer = { outcome: { state: this.state, message, decision } };
  }

  async refuse(intent: Intent, message: string): Promise<void> {
    await this.enter(intent, 'refused', message);
    intent.answer = { refusal: { state: this.state, allowed: [...ALLOWED_CONTROLS[this.state]], message } };
  }

  /** Answers those who wait for a promotion's first phase. */
  async answerAskers(message: string): Promise<void> {
    for (const intent of this.askers.splice(0)) await this.answer(intent, message, this.lastDecision);
  }

  /** Tells those who wait that what they asked for was not reached. */
  async refuseAskers(message: string): Promise<void> {
    for (const intent of this.askers.splice(0)) await this.refuse(intent, message);
  }

  /** Says what stands in the way, to those who watch and in the query. */
  async report(trouble: string): Promise<void> {
    this.trouble = trouble;
    this.show();
    await enduring(() =>
      record.announceTrouble.executeWithOptions({ summary: trouble.slice(0, 200) }, [
        this.experiment.id,
        trouble,
      ]),
    );
  }

  /** The next check, where people list and sort runs. */
  showNextCheck(at: number): void {
    upsertSearchAttributes([{ key: searchAttributes.nextCheck, value: new Date(at) }]);
  }

  /** Starts a new run where the history has grown long, nothing is queued, and no rollout is under way. */
  async continueAsNewIfDue(): Promise<void> {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    const due =
      continueAsNewSuggested || historyLength >= (this.input.maxHistoryEvents ?? Number.POSITIVE_INFINITY);
    if (!due || ONE_RUN.includes(this.state)) return;
    await condition(() => allHandlersFinished() || this.inbox.size > 0);
    // An update that finishes in the same task as a continue-as-new may be dropped by the server.
    await sleep(1);
    if (this.inbox.size > 0 || !allHandlersFinished()) return;
    await this.startAfresh();
  }

  /** A new run that loads the record again. Intents that are left are refused: they were meant for another state. */
  async startAfresh(): Promise<never> {
    await this.drain('The experiment was changed elsewhere; look at it again.');
    return continueAsNew<(input: ExperimentInput) => Promise<unknown>>(this.input);
  }

  /** Refuses what is left, what the last step has not answered too, and waits for the handlers. */
  async drain(message: string): Promise<void> {
    const left = this.askers.splice(0);
    if (this.inHand?.answer === null && !left.includes(this.inHand)) left.push(this.inHand);
    for (let intent = this.inbox.take(); intent; intent = this.inbox.take()) left.push(intent);
    for (const intent of left) await this.refuse(intent, message);
    await condition(allHandlersFinished);
  }

  private async enter(intent: Intent, outcome: 'accepted' | 'refused', message: string): Promise<void> {
    const { controlId, kind, args } = intent;
    const row = {
      controlId,
      experimentId: this.input.experimentId,
      kind,
      by: args.by,
      reason: args.reason,
      at: this.now(),
      outcome,
      message,
    };
    await enduring(() =>
      record.recordControl.executeWithOptions({ summary: `${kind} by ${args.by}: ${outcome}` }, [row]),
    );
  }

  private show(): void {
    const { experiment } = this.record;
    upsertSearchAttributes([{ key: searchAttributes.state, value: experiment.state }]);
    setCurrentDetails(
      [
        `**${experiment.name}** is ${experiment.state} since ${instant(experiment.stateChangedAt)}`,
        experiment.stateReason,
        this.trouble,
      ]
        .filter((line) => line !== null && line !== '')
        .join('\n\n'),
    );
  }

  private status(): ExperimentStatus {
    const experiment = this.loaded?.experiment;
    const state = experiment?.state ?? 'running';
    return {
      experimentId: this.input.experimentId,
      state,
      stateReason: experiment?.stateReason ?? 'Loading.',
      nextDueAt: this.due.at,
      nextDue: this.due.what,
      allowed: [...ALLOWED_CONTROLS[state]],
      trouble: this.trouble,
      queued: this.inbox.size,
    };
  }
}

/** An instant as people read it in the Web UI. */
export function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
