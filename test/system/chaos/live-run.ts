import type { ServiceEvent } from '../../../src/contract/events.js';
import type { ControlKind } from '../../../src/contract/messages.js';
import { formatAmount } from '../../../src/domain/budget.js';
import type { ExperimentState } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { StoryLine } from './evidence.js';
import { faultOrder, orderLine } from './fault-order.js';
import type { Answer, Hands, Objects } from './hands.js';
import type { CutPoint, Deed, Occurrence, Role, RunPlan } from './plan.js';

/** Link clicks per impression. */
export const BEST_RATE = 0.25;
const WORST_RATE = 0.01;

/** A run while it is played: its plan, its objects, and what has happened so far. */
export class LiveRun {
  readonly id: string;
  readonly story: StoryLine[] = [];
  readonly initial: Record<string, number>;
  promotedAt = 0;
  calm = false;
  /** Deeds that are scheduled; deeds that wait for a write or a state are not counted, because it may never come. */
  pending = 0;
  campaignBudget = false;
  /** The trouble that the service last reported in its state. */
  trouble: string | null = null;
  /** Instants at which a promotion was requested. */
  readonly promotionsAsked: number[] = [];
  /** When an ad set's variant was dropped. */
  readonly dropped: Record<string, number> = {};
  /** When the winner's ad became the worst; null: never. */
  turnedAt: number | null = null;
  /** How often each kind of fault has struck. */
  readonly struck: Record<string, number> = {};
  private readonly ordered = new Map<string, string>();
  private writes = 0;
  private lastWritten: string | null = null;
  private readonly cuts = new Map<CutPoint, number>();
  private readonly cutPlan: { point: CutPoint; number: number }[] = [];
  readonly seen = new Map<ExperimentState, number>();
  private waiting: Occurrence[];

  constructor(
    readonly plan: RunPlan,
    readonly objects: Objects,
    readonly hands: Hands,
  ) {
    this.id = `run-${plan.runSeed}`;
    this.waiting = [...plan.occurrences];
    this.initial = Object.fromEntries(objects.adSetIds.map((id, index) => [id, plan.budgets[index]!]));
  }

  note(at: number, what: string): void {
    this.story.push({ at, what });
  }

  adSetOf(role: Role): string {
    const { adSetIds } = this.objects;
    if (role === 'winner') return adSetIds[this.plan.winner]!;
    const others = adSetIds.filter((_, index) => index !== this.plan.winner);
    return role === 'loser' ? others[0]! : others.at(-1)!;
  }

  get winnerAdSetId(): string {
    return this.adSetOf('winner');
  }

  /** Does the deeds of the start of the test. */
  async prepare(): Promise<void> {
    for (const { deed } of this.take((when) => when.after === 'start')) await this.do(deed);
  }

  /** Orders the faults that must be in force before the promotion is requested; the other deeds are timed from here. */
  async begin(at: number): Promise<void> {
    this.promotedAt = at;
    const mine = this.take((when) => when.after === 'promotion');
    for (const { when, deed } of mine) {
      if (when.hours === 0 && (deed.kind === 'fault' || deed.kind === 'cut')) await this.do(deed);
      else this.schedule(when.hours, deed);
    }
  }

  /** The market has accepted the run's next write. */
  async wrote(adSetId: string): Promise<void> {
    this.writes++;
    this.lastWritten = adSetId;
    const mine = this.take((when) => when.after === 'write' && when.number === this.writes);
    for (const { when, deed } of mine) {
      if (when.hours > 0) this.schedule(when.hours, deed);
      else if (deed.kind === 'control') this.schedule(0, deed);
      else await this.do(deed);
    }
  }

  observe(event: ServiceEvent): void {
    this.note(event.at, `${event.kind}: ${event.text}`);
    if (event.kind === 'trouble') this.trouble = event.text;
    if (event.kind === 'state') this.trouble = null;
    if (!event.state) return;
    const { to: state, hold } = event.state;
    if (hold === 'kill_switch' || hold === 'envelope') this.count(hold, 1);
    if (!this.seen.has(state)) this.seen.set(state, event.at);
    for (const { when, deed } of this.take((each) => each.after === 'state' && each.state === state)) {
      this.schedule(when.hours, deed);
    }
  }

  dies(point: CutPoint): boolean {
    const count = (this.cuts.get(point) ?? 0) + 1;
    this.cuts.set(point, count);
    const struck = this.cutPlan.some((cut) => cut.point === point && cut.number === count);
    if (struck) {
      this.count('worker_death', 1);
      void this.hands.now().then((at) => this.note(at, `the worker dies: ${point}, time ${count}`));
    }
    return struck;
  }

  count(kind: string, times: number): void {
    if (times > 0) this.struck[kind] = (this.struck[kind] ?? 0) + times;
  }

  /** Ends the faults, unless they are lasting. */
  async calmDown(): Promise<void> {
    this.calm = true;
    if (!this.plan.lasting) await this.withdrawAll();
  }

  async withdrawAll(): Promise<void> {
    for (const id of [...this.ordered.keys()]) await this.withdraw(id);
  }

  private async withdraw(id: string): Promise<void> {
    const kind = this.ordered.get(id);
    if (kind === undefined) return;
    this.ordered.delete(id);
    this.count(kind, await this.hands.withdraw(id));
    this.note(await this.hands.now(), `fault withdrawn: ${kind}`);
  }

  private take(fits: (when: Occurrence['when']) => boolean): Occurrence[] {
    const taken = this.waiting.filter(({ when }) => fits(when));
    this.waiting = this.waiting.filter((each) => !taken.includes(each));
    return taken;
  }

  private schedule(hours: number, deed: Deed): void {
    this.later(hours, () => this.do(deed));
  }

  private later(hours: number, what: () => Promise<void>): void {
    this.pending++;
    this.hands.later(hours * HOUR_MS, async () => {
      try {
        await what();
      } finally {
        this.pending--;
      }
    });
  }

  private async do(deed: Deed): Promise<void> {
    const at = await this.hands.now();
    switch (deed.kind) {
      case 'fault':
        return this.orderFault(deed, at);
      case 'edit':
        return this.editBudgets(deed);
      case 'control':
        this.count('control', 1);
        await this.ask(deed.control, deed.args);
        return;
      case 'pause_object': {
        const adSetId = this.adSetOf(deed.role);
        const index = this.objects.adSetIds.indexOf(adSetId);
        const objectId = deed.object === 'ad' ? this.objects.adIds[index]! : adSetId;
        this.count('paused_object', 1);
        await this.change(objectId, { status: 'PAUSED' }, `someone pauses ${deed.object} ${objectId}`);
        return this.back(deed.backAfterHours, objectId, { status: 'ACTIVE' }, `${objectId} is active again`);
      }
      case 'campaign_budget': {
        const { campaignId } = this.objects;
        await this.change(campaignId, { daily_budget: 100_000 }, 'someone turns the campaign budget on');
        this.campaignBudget = true;
        this.count('campaign_budget', 1);
        if (deed.backAfterHours === null) return;
        return this.later(deed.backAfterHours, async () => {
          await this.change(campaignId, { daily_budget: null }, 'the campaign budget is off again');
          this.campaignBudget = false;
        });
      }
      case 'drop':
        return this.drop(this.adSetOf(deed.role));
      case 'turn':
        return this.turn(at);
      case 'cut':
        this.cutPlan.push(deed);
        return;
    }
  }

  /** Settles when the service has answered: later deeds need the variant to be dropped. */
  private async drop(adSetId: string): Promise<void> {
    const index = this.objects.adSetIds.indexOf(adSetId);
    const { answer } = await this.ask('drop', { variant_id: `challenger-${index}` });
    if (!(await answer).ok) return;
    this.count('dropped', 1);
    this.dropped[adSetId] = await this.hands.now();
  }

  private async turn(at: number): Promise<void> {
    this.count('turned', 1);
    for (const [index, adId] of this.objects.adIds.entries())
      await this.hands.setTruth(adId, index === this.plan.winner ? WORST_RATE : BEST_RATE);
    this.turnedAt = at;
    this.note(at, `the truth turns: ${this.objects.adIds[this.plan.winner]} is the worst ad now`);
  }

  private async change(objectId: string, fields: Record<string, unknown>, what: string): Promise<void> {
    await this.hands.edit(objectId, fields);
    this.note(await this.hands.now(), what);
  }

  private back(hours: number | null, objectId: string, fields: Record<string, unknown>, what: string): void {
    if (hours !== null) this.later(hours, () => this.change(objectId, fields, what));
  }

  private async orderFault(deed: Extract<Deed, { kind: 'fault' }>, at: number): Promise<void> {
    const order = faultOrder(this, deed);
    const id = await this.hands.order(order);
    this.ordered.set(id, deed.fault);
    this.note(at, orderLine(order, deed.on));
    if (deed.forHours !== null) this.later(deed.forHours, () => this.withdraw(id));
  }

  private async editBudgets(deed: Extract<Deed, { kind: 'edit' }>): Promise<void> {
    const ids = deed.edits.map(({ role }) =>
      role === 'written' ? (this.lastWritten ?? this.winnerAdSetId) : this.adSetOf(role),
    );
    const before = await this.hands.budgets(ids);
    this.count('foreign_edit', 1);
    for (const [index, { factor }] of deed.edits.entries()) {
      const id = ids[index]!;
      const amount = Math.max(100, Math.round(before[id]! * factor));
      const say = (value: number) => formatAmount(value, this.hands.currency);
      await this.change(
        id,
        { daily_budget: amount },
        `someone sets ad set ${id} from ${say(before[id]!)} to ${say(amount)}`,
      );
      this.back(
        deed.backAfterHours,
        id,
        { daily_budget: before[id] },
        `someone restores ad set ${id} to ${say(before[id]!)}`,
      );
    }
  }

  /** Settles when the service has accepted the control. */
  async ask(kind: ControlKind, args: Record<string, string>): Promise<{ answer: Promise<Answer> }> {
    this.note(await this.hands.now(), `asked: ${kind} ${Object.values(args).join(' ')}`.trimEnd());
    if (kind === 'promote') this.promotionsAsked.push(await this.hands.now());
    const { answer } = await this.hands.control(this.id, kind, args);
    const noted = answer.then(async ({ ok, said }) => {
      this.note(await this.hands.now(), `answer to ${kind}: ${ok ? '' : 'refused: '}${said}`);
      return { ok, said };
    });
    return { answer: noted };
  }
}
