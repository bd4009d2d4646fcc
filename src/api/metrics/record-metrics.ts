import { Counter, Gauge, type Registry } from 'prom-client';
import type { RecordFigures } from '../../contract/records.js';
import { EXPERIMENT_STATES } from '../../domain/experiment.js';

const OUTCOMES = ['pending', 'applied', 'refused', 'not_sent', 'unknown'] as const;

/** The metrics that are read from the record at each scrape. Every process that serves the API gives the same values. */
export class RecordMetrics {
  private readonly experiments: Gauge<'state'>;
  private readonly looks: Counter;
  private readonly writes: Gauge<'outcome'>;
  private readonly waiting: Gauge<'state'>;
  private readonly sinceLook: Gauge;
  private readonly overdue: Gauge;
  private readonly killSwitch: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.experiments = new Gauge({
      name: 'auto_promotion_experiments',
      help: 'Experiments by state',
      labelNames: ['state'],
      registers,
    });
    this.looks = new Counter({
      name: 'auto_promotion_looks_total',
      help: 'Looks at the data of all experiments',
      registers,
    });
    this.writes = new Gauge({
      name: 'auto_promotion_budget_writes',
      help: 'Attempts to write a budget, by their outcome so far: an outcome that is unknown may become known later',
      labelNames: ['outcome'],
      registers,
    });
    this.waiting = new Gauge({
      name: 'auto_promotion_waiting_for_user',
      help: 'Experiments in which someone must act: needs_attention, awaiting_approval, and holds that do not end by themselves',
      labelNames: ['state'],
      registers,
    });
    this.sinceLook = new Gauge({
      name: 'auto_promotion_seconds_since_look',
      help: 'Experiment seconds since the last look, or the start, of the running experiment that has waited longest; 0 if none is running',
      registers,
    });
    this.overdue = new Gauge({
      name: 'auto_promotion_look_overdue_seconds',
      help: 'Experiment seconds by which the most overdue look of a running experiment is late; 0 if none is',
      registers,
    });
    this.killSwitch = new Gauge({
      name: 'auto_promotion_kill_switch_engaged',
      help: '1 if the kill switch is engaged, else 0',
      registers,
    });
  }

  /** Null: the record can't be read, so that no value is shown. */
  show(figures: RecordFigures | null): void {
    const all = [this.experiments, this.looks, this.writes, this.waiting, this.sinceLook, this.overdue];
    for (const metric of [...all, this.killSwitch]) metric.reset();
    if (!figures) {
      // A metric without labels shows 0 after a reset.
      for (const metric of [this.sinceLook, this.overdue, this.killSwitch]) metric.set(Number.NaN);
      return;
    }
    const { experiments, looks, writes, heldForUser } = figures;
    for (const state of EXPERIMENT_STATES) this.experiments.set({ state }, experiments[state] ?? 0);
    this.looks.inc(looks);
    for (const outcome of OUTCOMES) this.writes.set({ outcome }, writes[outcome] ?? 0);
    this.waiting.set({ state: 'held' }, heldForUser);
    for (const state of ['needs_attention', 'awaiting_approval'] as const)
      this.waiting.set({ state }, experiments[state] ?? 0);
    this.sinceLook.set(Math.max(0, figures.secondsSinceLook ?? 0));
    this.overdue.set(Math.max(0, figures.secondsOverdue ?? 0));
    this.killSwitch.set(figures.killSwitchEngaged ? 1 : 0);
  }
}
