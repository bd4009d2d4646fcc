import type { ExperimentState } from '../domain/experiment.js';
import type { Hold } from '../domain/rollout/hold.js';
import { instant } from '../domain/time.js';

/** An event that is shown to someone who watches the service, one line per event. */
export interface ServiceEvent {
  /** Experiment time, epoch ms. */
  at: number;
  kind: 'look' | 'decision' | 'state' | 'phase' | 'write' | 'control' | 'trouble' | 'report';
  experimentId: string | null;
  text: string;
  /** Only for the kind `state`: the new state, and what holds the rollout in it. */
  state?: { to: ExperimentState; hold: Hold['code'] | null };
}

/** Takes an event. It must never throw and never wait. */
export type Announce = (event: ServiceEvent) => void;

/** An event as one line: instant, experiment, kind, text. Text that users wrote can't break the line or the terminal. */
export function formatEvent(event: ServiceEvent): string {
  return `${instant(event.at)}  ${(event.experimentId ?? '-').padEnd(22)} ${event.kind.padEnd(8)} ${oneLine(event.text)}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
