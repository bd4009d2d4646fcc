import type { FaultKind } from '../../../src/sandbox/meta-simulator/index.js';
import { drawOccurrences } from './occurrences.js';
import type { Deed, Occurrence, Role, RunPlan, Scene } from './plan.js';
import type { Draw } from './random-draw.js';

/** A scene follows a script with a known end; its amounts and hours are drawn. */
export type Staged = Pick<
  RunPlan,
  'scene' | 'occurrences' | 'promotedBy' | 'checkEveryHours' | 'windowHours' | 'harmless' | 'calmHours'
> & { lasting?: false };

/** So rare that a run has no scheduled looks. */
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

/** The caller gives `calmHours` and `occurrences` of a `random` run. */
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

/** Refuses the cuts of the first phase, whichever comes first, while reads work. */
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

/** A fault stops the rollout before its first write; mostly the evidence turns meanwhile; then the fault is over. */
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
    // A user resumes it once writes are allowed again.
    occurrences.push(...firstCutsFail('refuse', heldHours, [200, undefined]));
    occurrences.push(control(atPromotion(heldHours + draw.uniform(0.1, 1)), 'resume'));
  }
  if (cause === 'not_yet') occurrences.push(...firstCutsFail('refuse', heldHours, [100, 1_885_650]));
  if (cause === 'pause') {
    // Held by a fault, then by a pause.
    occurrences.push(...firstCutsFail('expired_token', draw.uniform(1, 3)));
    occurrences.push(control(atPromotion(draw.uniform(0.05, 0.6)), 'pause'));
    occurrences.push(control(atPromotion(heldHours), 'resume'));
  }
  if (turns) occurrences.push({ when: atPromotion(draw.uniform(0.02, 1)), deed: { kind: 'turn' } });
  return {
    ...DEFAULTS,
    scene: 'held_before_first_write',
    occurrences,
    // Either the decision becomes too old, or only its evidence can stop it.
    checkEveryHours: draw.of([6, 12, NO_LOOKS_HOURS, NO_LOOKS_HOURS]),
    calmHours: heldHours + 6,
    lasting: false,
  };
}

/** A challenger is dropped and its ad paused, long before another one is promoted. */
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

/** The best challenger is dropped; then a user promotes the leader, which is another variant, if any. */
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

/** The rule decides, Meta's faults delay the rollout, and meanwhile the winner is dropped. */
function droppedUndelivered(draw: Draw): Staged {
  const droppedAt = draw.uniform(3.2, 4.5);
  // Soon enough for the decision to be still fresh.
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

/** Someone changes the split during the verification and mostly doesn't undo it. */
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
