import { HOUR_MS } from '../../../src/domain/time.js';
import { Random } from '../../../src/sandbox/random.js';
import { checkRollout, type PhaseSeen } from './check.js';
import { askForPromotion, awaitEnd, beginRollout, gatherEvidence, type Instant, reach } from './rollout.js';
import { type KillMode, type Service, startService } from './service.js';

export interface Kill {
  instant: Instant;
  mode: KillMode;
}

/** What came of one kill. */
export interface KillReport {
  /** Experiment hours after the rollout's first write; below 0: before it. */
  at: number | null;
  mode: KillMode;
  /** Writes that the market had on disk when the kill was due. */
  writes: number;
  phases: PhaseSeen[];
  ok: boolean;
  violations: string[];
}

const WRITES = 6;
/** Real ms within which a write's answer, read-back and entry follow it, on a busy machine. */
const AROUND_A_WRITE_MS = 80;
/** Hours that pass after the write of this number, while the next phase waits. */
const WAIT_HOURS: Record<number, number> = { 2: 1, 4: 2 };

/** `count` kills spread over a rollout, from before its first write to the end of its last phase, by turns in both modes. */
export function drawKills(seed: number, count: number, timeScale: number): Kill[] {
  const random = new Random(`${seed}/crash`);
  return Array.from({ length: count }, (_, index) => {
    const writes = Math.floor(((index + random.uniform()) / count) * (WRITES + 1));
    const waitMs = ((WAIT_HOURS[writes] ?? 0) * HOUR_MS) / timeScale;
    const span = random.uniform() < 0.5 ? AROUND_A_WRITE_MS : Math.max(AROUND_A_WRITE_MS, waitMs);
    const instant = { writes, delayMs: Math.floor(random.uniform() * span) };
    return { instant, mode: index % 2 === 0 ? 'group' : 'node' };
  });
}

/** A data folder with a service on it, for one kill after another. */
export class Scene {
  /** Null until the first kill is asked for, and where a start has failed. */
  private service: Service | null = null;

  constructor(
    private readonly directory: string,
    private readonly settings: { timeScale: number; seed: number; log(line: string): void },
  ) {}

  /**
   * One rollout: killed at its instant, started again, followed to its end, judged. `whileDown` may damage what
   * lies in the data folder.
   */
  async interrupt(id: string, { instant, mode }: Kill, whileDown?: () => Promise<void>): Promise<KillReport> {
    const { directory, settings } = this;
    const victim = await this.start();
    const rollout = await beginRollout(victim, id, settings.timeScale);
    const asking = askForPromotion(victim, rollout).catch(() => {});
    await reach(directory, rollout, instant);
    const killedAt = victim.now();
    await victim.kill(mode);
    this.service = null;
    await asking;
    await whileDown?.();
    const successor = await this.start();
    // Who got no answer asks again; where the first request was on record already, this changes nothing.
    await askForPromotion(successor, rollout);
    await awaitEnd(successor, rollout);
    const evidence = await gatherEvidence(successor, rollout);
    const first = evidence.audit[0];
    const { phases, violations } = checkRollout(evidence);
    return {
      at: first === undefined ? null : Math.round(((killedAt - first.at) / HOUR_MS) * 1_000) / 1_000,
      mode,
      writes: instant.writes,
      phases,
      ok: violations.length === 0,
      violations,
    };
  }

  async close(): Promise<void> {
    await this.service?.stop();
  }

  private async start(): Promise<Service> {
    this.service ??= await startService(this.directory, this.settings);
    return this.service;
  }
}
