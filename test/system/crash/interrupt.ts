import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { Random } from '../../../src/sandbox/random.js';
import { checkRollout, type PhaseSeen } from './check.js';
import { askForPromotion, awaitEnd, beginRollout, gatherEvidence, type Instant, reach } from './rollout.js';
import { type KillMode, type Service, startService } from './service.js';

export interface Kill {
  instant: Instant;
  mode: KillMode;
}

/** The result of one kill. */
export interface KillReport {
  /** Experiment hours after the rollout's first write; negative: before it. */
  at: number | null;
  mode: KillMode;
  /** Writes on the market's disk when the kill was due. */
  writes: number;
  phases: PhaseSeen[];
  ok: boolean;
  violations: string[];
}

/** A cut and a raise per phase. */
export const WRITES = 2 * DEFAULT_PHASES.length;
/** Real ms in which the answer, the read-back and the ledger entry follow a write on a busy machine. */
const AROUND_A_WRITE_MS = 80;

/** `count` kills spread over a rollout, from before its first write to after its last one, alternating the two modes. */
export function drawKills(seed: number, count: number, timeScale: number): Kill[] {
  const random = new Random(`${seed}/crash`);
  return Array.from({ length: count }, (_, index) => {
    const writes = Math.floor(((index + random.uniform()) / count) * (WRITES + 1));
    // After an even number of writes the next phase waits.
    const waitMs = ((DEFAULT_PHASES[writes / 2]?.waitHours ?? 0) * HOUR_MS) / timeScale;
    const span = random.uniform() < 0.5 ? AROUND_A_WRITE_MS : Math.max(AROUND_A_WRITE_MS, waitMs);
    const instant = { writes, delayMs: Math.floor(random.uniform() * span) };
    return { instant, mode: index % 2 === 0 ? 'group' : 'node' };
  });
}

/** A data folder with a service on it, which is killed several times. */
export class Scene {
  /** Null before the first kill and after a failed start. */
  private service: Service | null = null;

  constructor(
    private readonly directory: string,
    private readonly settings: { timeScale: number; seed: number; log(line: string): void },
  ) {}

  /**
   * Plays one rollout: kills it at the instant, starts it again, waits for its end, judges it. `whileDown` may damage the
   * data folder.
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
    // Repeats the unanswered request; it changes nothing if the first one is on record already.
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
