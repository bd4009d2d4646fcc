import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SelectingPair, selectionOf, zoneBetween } from '../../../src/domain/decision/selection.js';

const VARIANTS = ['control', 'c1', 'c2', 'c3'].map((id, index) => ({
  id,
  role: index === 0 ? ('control' as const) : ('challenger' as const),
}));

interface Standing {
  called?: string | null;
  confidence?: number;
  interval?: [number, number] | null;
  drift?: { theta: number; se: number; tCritical: number; variance: number };
}

const pair = (variantA: string, variantB: string, standing: Standing = {}): SelectingPair => ({
  variantA,
  variantB,
  calledWinner: standing.called ?? null,
  evidence: {
    confidence: standing.confidence ?? 0,
    interval: standing.interval === undefined ? [-0.3, 0.3] : standing.interval,
    theta: standing.drift?.theta ?? 0,
    se: standing.drift?.se ?? 0.1,
    tCritical: standing.drift?.tCritical ?? 2.8,
    ...(standing.drift && {
      drift: {
        sd: 0.05,
        memoryHours: 24,
        variance: standing.drift.variance,
        tests: 0,
        logLikelihood: [],
        bucketSe: 0,
      },
    }),
  },
});

/** c1 against its three rivals; the other pairs say nothing. */
function selected(
  rivals: { control?: Standing; c2?: Standing; c3?: Standing },
  { indifference = 0.05, leader = 'c1' }: { indifference?: number | undefined; leader?: string } = {},
) {
  const pairs = [
    pair('control', 'c1', rivals.control),
    pair('control', 'c2'),
    pair('control', 'c3'),
    pair('c1', 'c2', rivals.c2),
    pair('c1', 'c3', rivals.c3),
    pair('c2', 'c3'),
  ];
  return selectionOf(leader, { variants: VARIANTS, policy: { confidence: 0.95, indifference }, pairs });
}

const BEATEN: Standing = { called: 'c1', confidence: 0.951 };
/** The interval of the rival, which is B, over the leader. */
const CLOSE: Standing = { interval: [-0.09, 0.049] };

describe('with an indifference zone, the leader', () => {
  it('is chosen if it has beaten every rival: at the confidence of the policy', () => {
    expect(selected({ control: BEATEN, c2: BEATEN, c3: BEATEN })).toEqual({
      leader: 'c1',
      beaten: ['control', 'c2', 'c3'],
      close: [],
      open: [],
      chosen: true,
      neededOverControl: 0.95,
    });
  });

  it('is chosen if it has beaten the control and the others are better by less than the zone', () => {
    const control = { called: 'c1', confidence: 0.99 };
    expect(selected({ control, c2: CLOSE, c3: BEATEN })).toMatchObject({
      beaten: ['control', 'c3'],
      close: [{ id: 'c2', atMost: 0.049 }],
      open: [],
      chosen: true,
    });
    const open = selected({ control, c2: { interval: [-0.09, 0.05] }, c3: BEATEN });
    expect(open).toMatchObject({ close: [], open: [{ id: 'c2', atMost: 0.05 }], chosen: false });
  });

  it('needs, the more ads it has not beaten, the more confidence over the control', () => {
    const one = { c2: CLOSE, c3: BEATEN };
    const two = { c2: CLOSE, c3: CLOSE };
    const chosen = (confidence: number, rivals: object) =>
      selected({ control: { called: 'c1', confidence }, ...rivals }).chosen;
    expect([chosen(0.9749, one), chosen(0.9751, one)]).toEqual([false, true]);
    expect([chosen(0.9832, two), chosen(0.9834, two)]).toEqual([false, true]);
  });

  it('must have beaten the control outright, however close the control is', () => {
    const answer = selected({ control: { interval: [-0.01, 0.04], confidence: 0.99 }, c2: CLOSE, c3: CLOSE });
    expect(answer).toMatchObject({ open: [{ id: 'control' }], chosen: false });
    // The control is A: the upper end of its lift over c1 comes from the lower end of the interval.
    expect(answer.open[0]!.atMost).toBeCloseTo(1 / 0.99 - 1, 12);
  });

  it('must have beaten every rival if it is the control', () => {
    const close = [-0.02, 0.02] as [number, number];
    const pairs = ['c1', 'c2', 'c3'].map((id) => pair('control', id, { interval: close }));
    const policy = { confidence: 0.95, indifference: 0.05 };
    expect(selectionOf('control', { variants: VARIANTS, policy, pairs })).toMatchObject({
      close: [],
      open: [{ id: 'c1' }, { id: 'c2' }, { id: 'c3' }],
    });
  });

  it('is not chosen over a rival that was once called the better one, nor at a look without a bound', () => {
    const control = { called: 'c1', confidence: 0.999 };
    expect(selected({ control, c2: { ...CLOSE, called: 'c2' }, c3: BEATEN }).chosen).toBe(false);
    expect(selected({ control, c2: { interval: null }, c3: BEATEN }).chosen).toBe(false);
  });
});

describe('the drift of two challengers', () => {
  it('counts twice: it was learned against the control', () => {
    const control = { called: 'c1', confidence: 0.999 };
    const most = (variance: number) => {
      const drift = { theta: -0.02, se: 0.02, tCritical: 3, variance };
      const { close, open } = selected({ control, c2: { interval: [-0.08, 0.0408], drift }, c3: BEATEN });
      return [...close, ...open][0]!.atMost!;
    };
    expect(most(0)).toBeCloseTo(Math.expm1(-0.02 + 3 * 0.02), 12);
    expect(most(0.0003)).toBeCloseTo(Math.expm1(-0.02 + 3 * Math.sqrt(0.0007)), 12);
  });

  it('does not matter to a control that must be beaten anyway', () => {
    const drift = { theta: 0, se: 0.02, tCritical: 3, variance: 0.0004 };
    const { open } = selected({ control: { interval: [-0.05, 0.05], drift }, c2: BEATEN, c3: BEATEN });
    expect(open[0]!.atMost).toBeCloseTo(1 / 0.95 - 1, 12);
  });
});

describe('without a zone', () => {
  it('each rival must be beaten, under policies frozen before there was one too', () => {
    const rivals = {
      control: { called: 'c1', confidence: 1 },
      c2: { interval: [-0.9, -0.8] as [number, number] },
    };
    expect(selected({ ...rivals, c3: BEATEN }, { indifference: 0 }).chosen).toBe(false);
    const { variants, pairs } = {
      variants: VARIANTS.slice(0, 3),
      pairs: [pair('control', 'c1', rivals.control), pair('c1', 'c2', rivals.c2)],
    };
    expect(selectionOf('c1', { variants, policy: { confidence: 0.95 }, pairs }).chosen).toBe(false);
  });

  it('is what two ads have, whatever the policy says', () => {
    const policy = { indifference: 0.2 };
    expect(zoneBetween(VARIANTS, policy, 'c1', 'control')).toBe(0);
    expect(zoneBetween(VARIANTS, policy, 'control', 'c1')).toBe(0);
    expect(zoneBetween(VARIANTS, policy, 'c1', 'c2')).toBe(0.2);
    fc.assert(
      fc.property(
        fc.constantFrom(null, 'control', 'c1'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        fc.constantFrom('control', 'c1'),
        (called, confidence, end, leader) => {
          const facts = {
            variants: VARIANTS.slice(0, 2),
            pairs: [pair('control', 'c1', { called, confidence, interval: [end - 0.1, end] })],
          };
          const chosen = (indifference: number) =>
            selectionOf(leader, { ...facts, policy: { confidence: 0.95, indifference } }).chosen;
          expect(chosen(0.2)).toBe(chosen(0));
          expect(chosen(0)).toBe(called === leader);
        },
      ),
    );
  });
});
