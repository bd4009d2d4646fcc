import type { FaultKind } from '../../../src/sandbox/meta-simulator/index.js';
import { drawOccurrences } from './occurrences.js';
import type { Deed, Occurrence, Role, RunPlan, Scene } from './plan.js';
import type { Draw } from './random-draw.js';

/** A scene is played as it is written, so that what must come of it is known; its amounts and hours are drawn. */
export type Staged = Pick<
  RunPlan,
  'scene' | 'occurrences' | 'promotedBy' | 'checkEveryHours' | 'windowHours' | 'harmless' | 'calmHours'
> & { lasting?: false };

/** So seldom that looks are no part of a run. */
const NO_LOOKS_HOURS = 168;
const WINDOW_HOURS = 24;
const DEFAULTS = {
  promotedBy: 'person',
  checkEveryHours: NO_LOOKS_HOURS,
  windowHours: WINDOW_HOURS,
  harmless: false,
} as const satisfies Partial<Staged>;

export function drawScene(draw: Draw, variants: number): Scene {
  const three = variants > 2 ? 1 : 0;
  return draw.pick<Scene>([
    ['random', 74],
    ['held_before_first_write', 12],
    ['edited_in_verification', 6],
    ['dropped_bystander', 12 * three],
    ['dropped_best', 6 * three],
    ['dropped_undelivered', 12 * three],
  ]);
}

/** `calmHours` and `occurrences` of a `random` run are the caller's. */
export function stage(scene: Scene, draw: Draw, random: Pick<Staged, 'occurrences' | 'calmHours'>): Staged {
  switch (scene) {
    case 'random':
      return { ...DEFAULTS, ...random, scene, harmless: random.occurrences.length === 0 };
    case 'held_before_first_write':
      return heldBeforeFirstWrite(draw);
    case 'dropped_bystander':
      return droppedBystander(draw);
    case 'dropped_best':
      return droppedBest(draw);
    case 'dropped_undelivered':
      return droppedUndelivered(draw);
    case 'edited_in_verification':
      return editedInVerification(draw);
  }
}

const atPromotion = (hours: number): Occurrence['when'] => ({ after: 'promotion', hours });
const control = (when: Occurrence['when'], kind: 'pause' | 'resume'): Occurrence => ({
  when,
  deed: { kind: 'control', control: kind, args: {} },
});

/** Refuses the first phase's cuts, whichever comes first, while everything can be read. */
function firstCutsFail(
  fault: FaultKind,
  forHours: number,
  code?: [number, number | undefined],
): Occurrence[] {
  return (['loser', 'other'] as const).map((on) => ({
    when: atPromotion(0),
    deed: {
      kind: 'fault',
      fault,
      on,
      method: 'POST',
      of: 0,
      skip: 0,
      times: null,
      forHours,
      ...(code === undefined ? {} : { code: code[0], subcode: code[1] }),
    },
  }));
}

/** Something stops the rollout before it has written; meanwhile the evidence turns, mostly; then the way is free. */
function heldBeforeFirstWrite(draw: Draw): Staged {
  const heldHours = draw.uniform(13, 26);
  const turns = draw.chance(0.75);
  const occurrences: Occurrence[] = [];
  const cause = draw.pick<'auth' | 'permission' | 'not_yet' | 'pause'>([
    ['auth', 4],
    ['permission', 3],
    ['not_yet', 1],
    ['pause', 2],
  ]);
  if (cause === 'auth') occurrences.push(...firstCutsFail('expired_token', heldHours));
  if (cause === 'permission') {
    // A person resumes it once it is allowed again.
    occurrences.push(...firstCutsFail('refuse', heldHours, [200, undefined]));
    occurrences.push(control(atPromotion(heldHours + draw.uniform(0.1, 1)), 'resume'));
  }
  if (cause === 'not_yet') occurrences.push(...firstCutsFail('refuse', heldHours, [100, 1_885_650]));
  if (cause === 'pause') {
    // Held by a fault, then kept there by a person.
    occurrences.push(...firstCutsFail('expired_token', draw.uniform(1, 3)));
    occurrences.push(control(atPromotion(draw.uniform(0.05, 0.6)), 'pause'));
    occurrences.push(control(atPromotion(heldHours), 'resume'));
  }
  if (turns) occurrences.push({ when: atPromotion(draw.uniform(0.02, 1)), deed: { kind: 'turn' } });
  return {
    ...DEFAULTS,
    scene: 'held_before_first_write',
    occurrences,
    // Either the decision grows too old, or its evidence is all that stops it.
    checkEveryHours: draw.of([6, 12, NO_LOOKS_HOURS, NO_LOOKS_HOURS]),
    calmHours: heldHours + 6,
    lasting: false,
  };
}

/** A challenger is dropped and its ad paused, long before the promotion of another. */
function droppedBystander(draw: Draw): Staged {
  const role: Role = 'other';
  return {
    ...DEFAULTS,
    scene: 'dropped_bystander',
    occurrences: [
      { when: { after: 'start', hours: 0 }, deed: { kind: 'drop', role } },
      {
        when: { after: 'start', hours: 0 },
        deed: { kind: 'pause_object', object: 'ad', role, backAfterHours: null },
      },
    ],
    calmHours: draw.of([6, 9]),
    harmless: true,
    lasting: false,
  };
}

/** The best challenger is dropped, then somebody has the leader promoted: another one, if any. */
function droppedBest(draw: Draw): Staged {
  return {
    ...DEFAULTS,
    scene: 'dropped_best',
    occurrences: [
      { when: { after: 'start', hours: 0 }, deed: { kind: 'drop', role: 'winner' } },
      ...(draw.chance(0.5) ? drawOccurrences(draw) : []),
    ],
    calmHours: draw.of([6, 9]),
    lasting: false,
  };
}

/** The rule decides, Meta doesn't let it be carried out, and the winner is dropped before it does. */
function droppedUndelivered(draw: Draw): Staged {
  const droppedAt = draw.uniform(3.2, 4.5);
  // Soon after: the decision is still fresh.
  const forHours = droppedAt + draw.uniform(0.3, 0.7);
  return {
    ...DEFAULTS,
    scene: 'dropped_undelivered',
    occurrences: [
      {
        when: atPromotion(0),
        deed: {
          kind: 'fault',
          fault: draw.of(['server_error', 'expired_token'] as const),
          on: 'winner',
          method: 'POST',
          of: null,
          skip: 0,
          times: null,
          forHours,
        },
      },
      { when: atPromotion(droppedAt), deed: { kind: 'drop', role: 'winner' } },
    ],
    promotedBy: 'rule',
    checkEveryHours: 2,
    calmHours: forHours + 3,
    lasting: false,
  };
}

/** A person changes the split while its lift is verified, and mostly leaves it so. */
function editedInVerification(draw: Draw): Staged {
  const role = draw.of(['winner', 'loser'] as const);
  const factor = role === 'winner' ? draw.uniform(0.4, 0.9) : draw.of([0.5, 1.5, 3, 20]);
  const deed: Deed = {
    kind: 'edit',
    edits: [{ role, factor }],
    backAfterHours: draw.chance(0.2) ? draw.uniform(26, 40) : null,
  };
  return {
    ...DEFAULTS,
    scene: 'edited_in_verification',
    occurrences: [{ when: { after: 'state', state: 'verifying', hours: draw.uniform(0.5, 40) }, deed }],
    windowHours: 72,
    calmHours: 6,
    lasting: false,
  };
}
