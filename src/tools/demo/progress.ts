/** The progress of a demo: a board that is redrawn in place on a terminal, plain lines elsewhere. */

import { formatEvent, type ServiceEvent } from '../../contract/events.js';
import { HOUR_MS } from '../../domain/time.js';
import type { ExperimentJson, KnownRecord, LookJson } from './api.js';
import type { DemoObserver } from './demo.js';

/** Standard output or standard error. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Progress extends Required<DemoObserver> {
  /** Stops the updates; the last state stays on the screen. */
  stop(): void;
}

/** Real ms. */
const REFRESH_MS = 1_000;
/** At most one line per experiment about its looks in this time. */
const LOOK_LINE_MS = 5_000;
const DEFAULT_COLUMNS = 100;

export function createProgress(screen: Screen): Progress {
  return screen.isTTY ? new Board(screen) : new Lines(screen);
}

class Lines implements Progress {
  private readonly lastLook = new Map<string, number>();

  constructor(private readonly screen: Screen) {}

  say(line: string): void {
    this.screen.write(`${line}\n`);
  }

  event(event: ServiceEvent): void {
    const id = event.experimentId;
    if (event.kind === 'decision' && id !== null) {
      const now = Date.now();
      if (now - (this.lastLook.get(id) ?? Number.NEGATIVE_INFINITY) < LOOK_LINE_MS) return;
      this.lastLook.set(id, now);
    }
    this.say(formatEvent(event));
  }

  ready(): void {}
  stop(): void {}
}

class Board implements Progress {
  private api: KnownRecord | null = null;
  private timer: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private timeScale = 1;
  private drawn = 0;
  private refreshing = false;
  private experiments: ExperimentJson[] = [];
  private readonly looks = new Map<string, LookJson>();
  private readonly decided = new Set<string>();
  private readonly news = new Map<string, string>();

  constructor(private readonly screen: Screen) {}

  say(line: string): void {
    this.erase();
    this.screen.write(`${line}\n`);
    this.draw();
  }

  event(event: ServiceEvent): void {
    const id = event.experimentId;
    if (id === null) return;
    if (event.kind === 'decision') this.decided.add(id);
    else this.news.set(id, event.text);
  }

  ready(api: KnownRecord, timeScale: number): void {
    this.api = api;
    this.timeScale = timeScale;
    this.startedAt = Date.now();
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.api = null;
    this.drawn = 0;
  }

  /** Asks for changes and redraws. If a question fails, the next refresh asks again. */
  private async refresh(): Promise<void> {
    if (this.refreshing || this.api === null) return;
    this.refreshing = true;
    try {
      this.experiments = (await this.api.list()).reverse();
      for (const id of [...this.decided]) {
        const [look] = await this.api.looks(id, 1);
        if (look) this.looks.set(id, look);
        this.decided.delete(id);
      }
    } catch {
    } finally {
      this.refreshing = false;
    }
    if (this.api !== null) {
      this.erase();
      this.draw();
    }
  }

  private erase(): void {
    if (this.drawn > 0) this.screen.write(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }

  private draw(): void {
    if (this.experiments.length === 0) return;
    const hours = ((Date.now() - this.startedAt) * this.timeScale) / HOUR_MS;
    const lines = [
      `${Math.floor(hours / 24)} d ${Math.floor(hours % 24)} h of testing`,
      ...this.experiments.map((experiment) => this.row(experiment)),
    ];
    const width = (this.screen.columns ?? DEFAULT_COLUMNS) - 1;
    for (const line of lines) this.screen.write(`${line.slice(0, width)}\n`);
    this.drawn = lines.length;
  }

  private row({ experiment_id: id, state }: ExperimentJson): string {
    const look = this.looks.get(id);
    const seen = look ? `look ${String(look.look_number).padStart(2)}  ${look.confidence.toFixed(3)}` : '';
    return `${id.padEnd(14)} ${state.padEnd(13)} ${seen.padEnd(15)} ${this.news.get(id) ?? ''}`;
  }
}
