import { setTimeout as delay } from 'node:timers/promises';
import type { Evidence } from './evidence.js';
import type { LiveRun } from './live-run.js';
import type { Tapped } from './taps.js';

/** Meta has no compare-and-set: an edit by others between our read and our write is delayed, or recorded as a race. */
export class Guarded implements Tapped {
  private lastRead = 0;
  private writing = false;
  private lastEdit = { real: 0, at: 0 };
  /** Instants of edits that fell between a read and its write anyway. */
  private readonly races: number[] = [];
  constructor(readonly run: LiveRun) {}

  readBegan(): void {
    this.lastRead = performance.now();
  }
  writeBegan(): void {
    if (this.lastEdit.real > this.lastRead) this.races.push(this.lastEdit.at);
    this.writing = true;
  }
  writeEnded(): void {
    this.writing = false;
    this.lastRead = 0;
  }
  wrote(adSetId: string): Promise<void> {
    return this.run.wrote(adSetId);
  }
  dies(point: Parameters<Tapped['dies']>[0]): boolean {
    return this.run.dies(point);
  }
  /** Settles when no write can follow a read that is under way. */
  async idle(): Promise<void> {
    while (this.writing || performance.now() - this.lastRead < 1_000) await delay(20);
  }
  edited(at: number): void {
    this.lastEdit = { real: performance.now(), at };
  }
  raced(audit: Evidence['audit']): number[] {
    const isRaced = (at: number) => this.races.some((race) => Math.abs(race - at) < 1_000);
    return audit.filter((row) => row.actor === 'person' && isRaced(row.at)).map((row) => row.sequence);
  }
}
