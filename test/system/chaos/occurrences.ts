import type { ControlKind } from '../../../src/contract/messages.js';
import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import type { FaultKind } from '../../../src/sandbox/meta-simulator/index.js';
import { CUT_POINTS, type Deed, type Edited, type Occurrence, type Role, type When } from './plan.js';
import type { Draw } from './random-draw.js';

/** Hours after the promotion at which the phases are due. */
export const DUE_HOURS = DEFAULT_PHASES.map((_, index) =>
  DEFAULT_PHASES.slice(0, index + 1).reduce((sum, { waitHours }) => sum + waitHours, 0),
);

/** Hours after the promotion: mostly when phases are due, or when their writes of unknown outcome are settled. */
export function nearAWrite(draw: Draw): number {
  const due = draw.of(DUE_HOURS);
  return draw.pick([
    [due, 25],
    [due + draw.uniform(0, 0.02), 30],
    [due + draw.uniform(0.06, 0.12), 15],
    [draw.uniform(0, DUE_HOURS.at(-1)! + 1), 30],
  ]);
}

function drawWhen(draw: Draw): When {
  if (draw.chance(0.5)) return { after: 'promotion', hours: nearAWrite(draw) };
  const hours = draw.chance(0.6) ? 0 : draw.uniform(0, 0.2);
  return { after: 'write', number: 1 + draw.below(2 * DUE_HOURS.length), hours };
}

const AT_PROMOTION: When = { after: 'promotion', hours: 0 };

function drawRole(draw: Draw): Role {
  return draw.pick([
    ['winner', 5],
    ['loser', 4],
    ['other', 1],
  ]);
}

type Drawn = (draw: Draw) => Occurrence[];
const KINDS: readonly (readonly [Drawn, number])[] = [
  [drawFault, 50],
  [drawEdit, 14],
  [drawControl, 22],
  [drawPausedObject, 5],
  [drawCampaignBudget, 4],
  [drawCut, 14],
  [drawLateWriteAndRevert, 6],
];

/** One event of a run, with what users do about it. */
export function drawOccurrences(draw: Draw): Occurrence[] {
  return draw.pick(KINDS)(draw);
}

function drawFault(draw: Draw): Occurrence[] {
  const kind = draw.pick<FaultKind>([
    ['lost_request', 14],
    ['applied_then_reset', 16],
    ['late_apply', 8],
    ['rate_limit', 10],
    ['server_error', 14],
    ['html', 6],
    ['expired_token', 8],
    ['refuse', 18],
    ['hang', 4],
  ]);
  const needsWrite = kind === 'applied_then_reset' || kind === 'late_apply';
  const method = needsWrite || draw.chance(0.75) ? 'POST' : 'GET';
  const on =
    method === 'POST'
      ? drawRole(draw)
      : draw.pick<Role | 'ad' | 'campaign'>([
          ['winner', 4],
          ['loser', 4],
          ['ad', 1],
          ['campaign', 1],
        ]);
  // These faults keep a real socket or a real read-back waiting.
  const long = kind !== 'hang' && kind !== 'late_apply';
  const deed: Deed = {
    kind: 'fault',
    fault: kind,
    on,
    method,
    of:
      method === 'GET'
        ? null
        : draw.pick<number | 'base' | null>([
            [0, 32],
            [1, 22],
            [DUE_HOURS.length - 1, 18],
            ['base', 16],
            [null, 12],
          ]),
    skip: method === 'GET' ? draw.below(20) : 0,
    times: draw.pick<number | null>([
      [1, 60],
      [2, 15],
      [long ? 6 : 2, 10],
      [long ? null : 2, 15],
    ]),
    forHours: draw.chance(0.6) ? draw.uniform(0.1, 5) : null,
  };
  if (method === 'GET' && deed.times === null) deed.forHours = draw.uniform(0.02, 0.1);
  if (kind === 'late_apply')
    deed.delayHours = draw.chance(0.7) ? draw.uniform(0.002, 0.08) : draw.uniform(0.1, 0.8);
  if (kind === 'rate_limit') {
    deed.delayHours = deed.times === null ? 1 : draw.of([1 / 60, 5 / 60, 1]);
    [deed.code, deed.subcode] = draw.of<[number, number | undefined]>([
      [17, 2_446_079],
      [4, undefined],
      [80_004, undefined],
      [613, 1_487_632],
    ]);
  }
  if (kind === 'refuse') {
    [deed.code, deed.subcode] = draw.pick<[number, number | undefined]>([
      [[100, undefined], 45],
      [[100, 1_885_650], 20],
      [[368, undefined], 15],
      [[200, undefined], 15],
      [[2635, undefined], 10],
      [[100, 33], 10],
    ]);
  }
  const when = draw.chance(0.8) ? AT_PROMOTION : drawWhen(draw);
  // A hold that waits for a user is sometimes resumed.
  return [
    { when, deed },
    ...(draw.chance(0.5)
      ? [control({ after: 'state', state: 'held', hours: draw.uniform(0.1, 2) }, 'resume')]
      : []),
  ];
}

/** The classic case: a write gets no answer, the revert reads the old value, and then the write lands. */
function drawLateWriteAndRevert(draw: Draw): Occurrence[] {
  const role = draw.of(['winner', 'loser'] as const);
  const phase = draw.below(DUE_HOURS.length);
  // With two ad sets: the loser's write of a phase, then the winner's.
  const number = 2 * phase + (role === 'loser' ? 1 : 2);
  const late = draw.chance(0.7) ? draw.uniform(0.01, 0.08) : draw.uniform(0.1, 0.8);
  return [
    {
      when: AT_PROMOTION,
      deed: {
        kind: 'fault',
        fault: draw.pick<FaultKind>([
          ['late_apply', 4],
          ['applied_then_reset', 1],
          ['lost_request', 1],
        ]),
        on: role,
        method: 'POST',
        of: phase,
        skip: 0,
        times: 1,
        delayHours: late,
        forHours: null,
      },
    },
    control(
      { after: 'write', number, hours: draw.chance(0.5) ? 0 : draw.uniform(0, 0.1) },
      draw.of(['revert', 'stop'] as const),
      draw,
    ),
  ];
}

function drawEdit(draw: Draw): Occurrence[] {
  const when = drawWhen(draw);
  const edits: { role: Edited; factor: number }[] = draw.pick([
    [[{ role: 'winner', factor: draw.uniform(1.05, 1.9) }], 3],
    [[{ role: 'loser', factor: draw.uniform(0.3, 0.95) }], 3],
    [[{ role: 'winner', factor: draw.uniform(0.5, 0.95) }], 1],
    [
      [{ role: 'written', factor: draw.uniform(0.5, 1.9) }],
      when.after === 'write' && when.hours === 0 ? 12 : 0,
    ],
    [[{ role: 'loser', factor: draw.uniform(1.05, 1.9) }], 1],
    [
      [
        { role: 'winner', factor: draw.uniform(0.6, 1.8) },
        { role: 'loser', factor: draw.uniform(0.6, 1.8) },
      ],
      2,
    ],
  ]);
  const back = draw.chance(0.4) ? draw.uniform(0.05, 2) : null;
  const after = draw.pick<ControlKind | null>([
    ['resume', 4],
    ['revert', 3],
    ['stop', 2],
    [null, 2],
  ]);
  return [
    { when, deed: { kind: 'edit', edits, backAfterHours: back } },
    ...(after === null
      ? []
      : [
          control({ after: 'state', state: 'held', hours: (back ?? 0) + draw.uniform(0.02, 1) }, after, draw),
        ]),
    ...resolution(draw),
  ];
}

function drawControl(draw: Draw): Occurrence[] {
  const kind = draw.pick<ControlKind>([
    ['pause', 22],
    ['revert', 30],
    ['stop', 18],
    ['check', 10],
    ['promote', 8],
    ['resume', 10],
    ['resolve', 6],
  ]);
  const when = drawWhen(draw);
  const more: Occurrence[] = [];
  if (kind === 'pause' && draw.chance(0.75)) {
    more.push(control({ after: 'state', state: 'held', hours: draw.uniform(0.02, 3) }, 'resume'));
  }
  if (kind === 'revert' && draw.chance(0.3)) {
    more.push(control({ after: 'state', state: 'reverting', hours: draw.uniform(0, 0.3) }, 'stop', draw));
  }
  return [control(when, kind, draw), ...more, ...resolution(draw)];
}

/** A user mostly resolves `needs_attention`. */
function resolution(draw: Draw): Occurrence[] {
  if (draw.chance(0.4)) return [];
  return [
    control({ after: 'state', state: 'needs_attention', hours: draw.uniform(0.05, 1) }, 'resolve', draw),
  ];
}

function control(when: When, kind: ControlKind, draw?: Draw): Occurrence {
  const args: Record<string, string> = {};
  if (kind === 'stop') args.budgets = draw?.chance(0.5) ? 'keep' : 'restore';
  if (kind === 'resolve') args.action = draw?.chance(0.5) ? 'accept_current' : 'retry_restore';
  return { when, deed: { kind: 'control', control: kind, args } };
}

function drawPausedObject(draw: Draw): Occurrence[] {
  const back = draw.chance(0.7) ? draw.uniform(0.1, 2) : null;
  return [
    {
      when: drawWhen(draw),
      deed: {
        kind: 'pause_object',
        object: draw.of(['ad', 'adset']),
        role: drawRole(draw),
        backAfterHours: back,
      },
    },
    ...(draw.chance(0.7)
      ? [control({ after: 'state', state: 'held', hours: (back ?? 0) + draw.uniform(0.05, 1) }, 'resume')]
      : []),
  ];
}

function drawCampaignBudget(draw: Draw): Occurrence[] {
  const back = draw.chance(0.7) ? draw.uniform(0.1, 2) : null;
  return [
    { when: drawWhen(draw), deed: { kind: 'campaign_budget', backAfterHours: back } },
    ...(draw.chance(0.6)
      ? [
          control(
            { after: 'state', state: 'held', hours: (back ?? 0) + draw.uniform(0.05, 1) },
            draw.of(['resume', 'revert', 'stop'] as const),
            draw,
          ),
        ]
      : []),
    ...resolution(draw),
  ];
}

function drawCut(draw: Draw): Occurrence[] {
  const point = draw.of(CUT_POINTS);
  const number = point === 'phase_done' ? 1 + draw.below(3) : 1 + draw.below(7);
  return [{ when: AT_PROMOTION, deed: { kind: 'cut', point, number } }];
}
