import type {
  ControlReply,
  Delivery,
  Gateway,
  SignalledKind,
  Standing,
  Subject,
} from '../../../src/api/temporal/gateway.js';
import type { ScheduledJob } from '../../../src/api/temporal/jobs.js';
import type { ControlKind, Controls, ExperimentStatus } from '../../../src/contract/messages.js';

export interface AskedControl {
  experimentId: string;
  kind: ControlKind;
  asked: Controls[ControlKind] & { controlId: string };
  waitMs: number;
}

/** A gateway with the answers that a test sets; it records the controls that it gets. */
export class FakeGateway implements Gateway {
  readonly started: string[] = [];
  readonly asked: AskedControl[] = [];
  readonly signalled: Omit<AskedControl, 'waitMs'>[] = [];
  delivered: Delivery = 'ok';
  readonly statuses = new Map<string, ExperimentStatus>();
  standingOf: (() => Promise<Standing>) | null = null;
  readonly standings = new Map<string, Standing>();
  /** The answer to a control; by default pending. */
  answer: (control: AskedControl) => Promise<ControlReply> = async () => ({
    kind: 'pending',
    accepted: true,
  });
  scheduled: ScheduledJob[] = [];
  reconciled = 0;
  /** Thrown by every call that must reach the server. */
  failure: Error | null = null;

  async start(experiment: Subject): Promise<void> {
    this.reach();
    this.started.push(experiment.id);
  }

  async status(experimentId: string): Promise<Standing> {
    if (this.failure) return { kind: 'unreachable' };
    if (this.standingOf) return this.standingOf();
    const status = this.statuses.get(experimentId);
    return status ? { kind: 'open', status } : (this.standings.get(experimentId) ?? { kind: 'silent' });
  }

  async control<K extends ControlKind>(
    experiment: Subject,
    kind: K,
    asked: Controls[K] & { controlId: string },
    waitMs: number,
  ): Promise<ControlReply> {
    const control = { experimentId: experiment.id, kind, asked, waitMs };
    this.asked.push(control);
    this.reach();
    return this.answer(control);
  }

  async signal<K extends SignalledKind>(
    experiment: Subject,
    kind: K,
    asked: Controls[K] & { controlId: string },
  ): Promise<void> {
    this.signalled.push({ experimentId: experiment.id, kind, asked });
  }

  delivery(): Delivery {
    return this.delivered;
  }

  async jobs(): Promise<ScheduledJob[]> {
    this.reach();
    return this.scheduled;
  }

  readonly woken: string[] = [];
  async wakeMessenger(hook: string): Promise<void> {
    this.reach();
    this.woken.push(hook);
  }

  readonly extracting: string[] = [];
  async extractInsights(experiment: Subject): Promise<void> {
    this.reach();
    this.extracting.push(experiment.id);
  }

  async triggerReconcile(): Promise<boolean> {
    this.reach();
    this.reconciled += 1;
    return this.scheduled.length > 0;
  }

  async ping(): Promise<void> {
    this.reach();
  }

  private reach(): void {
    if (this.failure) throw this.failure;
  }
}
