import { HOUR_MS } from '../../src/domain/experiment.js';
import { Random } from '../../src/embedded/market/random.js';
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
  private constructor(
    private readonly directory: string,
    private readonly settings: { timeScale: number; seed: number; log(line: string): void },
    private service: Service,
  ) {}

  static async open(
    directory: string,
    settings: { timeScale: number; seed: number; log(line: string): void },
  ): Promise<Scene> {
    return new Scene(directory, settings, await startService(directory, settings));
  }

  /**
   * One rollout: killed at its instant, started again, followed to its end, judged. `whileDown` may damage what
   * lies in the data folder.
   */
  async interrupt(id: string, { instant, mode }: Kill, whileDown?: () => Promise<void>): Promise<KillReport> {
    const { directory, settings } = this;
    const rollout = await beginRollout(this.service, id, settings.timeScale);
    const asking = askForPromotion(this.service, rollout).catch(() => false);
    await reach(directory, rollout, instant);
    const killedAt = this.service.now();
    await this.service.kill(mode);
    await asking;
    await whileDown?.();
    this.service = await startService(directory, settings);
    // Who got no answer asks again; where the first request was on record already, this changes nothing.
    await askForPromotion(this.service, rollout);
    await awaitEnd(this.service, rollout);
    const evidence = await gatherEvidence(this.service, rollout);
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
    await this.service.stop();
  }
}
