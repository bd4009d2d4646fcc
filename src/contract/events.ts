import type { ExperimentState } from '../domain/experiment.js';
import type { Hold } from '../domain/rollout/hold.js';
import { instant } from '../domain/time.js';

/** What a person who watches the service is told: one line an event. */
export interface ServiceEvent {
  /** Experiment time, epoch ms. */
  at: number;
  kind: 'look' | 'decision' | 'state' | 'phase' | 'write' | 'control' | 'trouble' | 'report';
  experimentId: string | null;
  text: string;
  /** Of an event of kind `state`: the new state, and what holds the rollout in it. */
  state?: { to: ExperimentState; hold: Hold['code'] | null };
}

/** Takes an event; never throws and never waits. */
export type Announce = (event: ServiceEvent) => void;

/** An event as one line: instant, experiment, kind, text. What people wrote into it can't break it, or the terminal. */
export function formatEvent(event: ServiceEvent): string {
  return `${instant(event.at)}  ${(event.experimentId ?? '-').padEnd(22)} ${event.kind.padEnd(8)} ${oneLine(event.text)}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
