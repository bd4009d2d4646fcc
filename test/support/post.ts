import { setTimeout as delay } from 'node:timers/promises';
import { createOutbox, type Outbox } from '../../src/activities/outbox.js';
import { createReconcileActivities } from '../../src/activities/reconcile.js';
import { createHooks } from '../../src/clients/webhook/index.js';
import type { HookKind, Hooks } from '../../src/clients/webhook/types.js';
import type { HookState } from '../../src/contract/messaging.js';
import { MESSAGE_KINDS } from '../../src/domain/messages/message.js';
import { type Receiver, startDiscord, startSlack } from './hook-receivers.js';
import { startWorld, type World } from './world.js';

/** Two hooks, `slack` and `discord`, whose address a test may change. */
function hooksAt(slack: string, discord: string): Hooks {
  const hook = (name: string, kind: HookKind, url: string) => ({
    name,
    kind,
    url,
    messages: MESSAGE_KINDS,
    secret: null,
  });
  return createHooks([hook('slack', 'slack', slack), hook('discord', 'discord', discord)], {
    publicUrl: 'https://tests.example.com',
    timeoutMs: 5_000,
  });
}

/** A world whose messages go to local receivers. */
export class Post {
  readonly outbox: Outbox;
  private said = 0;

  private constructor(
    readonly world: World,
    readonly slack: Receiver,
    readonly discord: Receiver,
  ) {
    const { client, names } = world;
    this.outbox = createOutbox({ hooks: this.hooks(), client, names });
  }

  static async open(kind: 'time-skipping' | 'dev'): Promise<Post> {
    const [slack, discord] = [await startSlack(), await startDiscord()];
    const hooks = hooksAt(slack.url, discord.url);
    const world = await startWorld(kind === 'dev' ? { kind, scale: 3_600, hooks } : { kind, hooks });
    return new Post(world, slack, discord);
  }

  async close(): Promise<void> {
    await this.world.stop();
    for (const receiver of this.receivers) await receiver.close();
  }

  get receivers(): Receiver[] {
    return [this.slack, this.discord];
  }

  hooks(slack = this.slack.url): Hooks {
    return hooksAt(slack, this.discord.url);
  }

  /** Both receivers work again, and have taken nothing. */
  clear(): void {
    for (const receiver of this.receivers) {
      receiver.fault = () => null;
      receiver.taken.length = 0;
    }
  }

  /** Enters a message with its own number, as an activity does with what it reports. */
  async say(): Promise<string> {
    this.said += 1;
    const text = `Message ${this.said}.`;
    const at = await this.world.clock.now();
    const id = `daily-2000-01-01-${this.said}`;
    const about = { experiment: null, currency: null, budgets: [], by: null, because: null };
    const content = { ...about, tone: 'news' as const, title: 'A report', text, path: `/reports/${id}` };
    const message = { kind: 'daily_summary' as const, at, experimentId: null, content };
    const day = { firstDay: '2000-01-01', lastDay: '2000-01-01', timezone: 'UTC' };
    const figures = { currency: null, promotions: [], running: 0, waiting: [], compound: null };
    const report = { ...day, id, kind: 'daily' as const, madeAt: at, content: figures, text };
    await this.world.store.saveReport(report, this.outbox.entryOf(message)!);
    await this.outbox.wake('daily_summary');
    return text;
  }

  async stateOf(hook: string): Promise<HookState> {
    return (await this.world.store.hookStates()).find((state) => state.hook === hook)!;
  }

  /** Whether everything is sent or refused. */
  async isIdle(hook: string): Promise<boolean> {
    return (await this.stateOf(hook)).pending === 0;
  }

  async isRunning(hook: string): Promise<boolean> {
    const { client, names } = this.world;
    const { status } = await client.workflow.getHandle(names.messengerId(hook)).describe();
    return status.name === 'RUNNING';
  }

  /** What the upkeep loop does every 25 s. */
  async reconcile(hooks = this.hooks()): Promise<void> {
    const { collaborators } = this.world;
    await createReconcileActivities({ ...collaborators, outbox: this.outbox, hooks }).reconcile();
  }
}

/** The numbered messages that a receiver took, in their order. */
export function textsAt({ taken }: Receiver): string[] {
  return taken.map(({ body }) => /Message \d+\./.exec(JSON.stringify(body))![0]);
}

/** Waits, real ms. */
export async function until(done: () => Promise<boolean> | boolean, atMostMs = 20_000): Promise<void> {
  const end = performance.now() + atMostMs;
  while (!(await done())) {
    if (performance.now() > end) throw new Error('it did not happen in time');
    await delay(20);
  }
}
