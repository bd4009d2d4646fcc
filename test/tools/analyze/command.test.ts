import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { Random } from '../../../src/sandbox/random.js';
import type { Answer, AnsweredLook } from '../../../src/tools/analyze/answer.js';
import { relativeError } from '../../domain/evidence/simulate.js';
import reference from '../../reference/e2e_default.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const [NODE, ...ARGS] = manifest.scripts.analyze.split(' ');

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the command as its script does, but without npm. */
function command(args: string[] = []) {
  expect(NODE).toBe('node');
  const child = spawn(process.execPath, [...ARGS, ...args], { cwd: ROOT, stdio: 'pipe' });
  running.add(child);
  const closed = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, closed };
}

async function analyze(input: string, args: string[] = []) {
  const { child, closed } = command(args);
  child.stdin.end(input);
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  const lines = output.split('\n').slice(0, -1);
  return { code, errors, output, answers: lines.map((line): unknown => JSON.parse(line)) };
}

interface ReferenceLook {
  hours: number;
  theta: number;
  se: number;
  df: number;
  info: number;
  t: number;
  bound_z: number;
  t_crit: number;
  ci_rel: number[];
  p?: number;
}

// They were computed without drift: version 2 of the rule.
const cases = `${reference.cases.map(({ rows }) => JSON.stringify({ rule_version: '2', rows })).join('\n')}\n`;

describe('the reference cases', () => {
  it('have the computed figures at every look', { timeout: 60_000 }, async () => {
    const { answers, code, errors } = await analyze(cases);
    expect([code, errors]).toEqual([0, '']);
    expect(answers).toHaveLength(reference.cases.length);
    for (const [i, c] of reference.cases.entries()) {
      const { decision, looks, ...rest } = answers[i] as Answer;
      expect(rest).toEqual({});
      expect(decision).toEqual(c.decision);
      const expected = c.looks as ReferenceLook[];
      expect(looks!.map((look) => look.hours)).toEqual(expected.map((look) => look.hours));
      for (const [k, look] of expected.entries()) {
        const got = looks![k]!;
        for (const [value, wanted] of [
          [got.theta, look.theta],
          [got.se, look.se],
          [got.df, look.df],
          [got.t, look.t],
          [got.information, look.info],
        ] as const) {
          expect(relativeError(value, wanted)).toBeLessThan(1e-9);
        }
        expect(Math.abs(got.bound! - look.bound_z)).toBeLessThan(2e-4);
        expect(Math.abs(got.t_critical! - look.t_crit)).toBeLessThan(2e-4);
        expect(Math.abs(got.interval![0] - look.ci_rel[0]!)).toBeLessThan(1e-4);
        expect(Math.abs(got.interval![1] - look.ci_rel[1]!)).toBeLessThan(1e-4);
        if (look.p !== undefined) {
          const error = Math.min(relativeError(got.p, look.p) / 0.02, Math.abs(got.p - look.p) / 1e-6);
          expect(error).toBeLessThan(1);
        }
        expect(got.confidence).toBe(1 - got.p);
      }
    }
  });

  it('have the same decisions with --decision-only', async () => {
    const { answers, code } = await analyze(cases, ['--decision-only']);
    expect(answers).toEqual(reference.cases.map(({ decision }) => ({ decision })));
    expect(code).toBe(0);
  });
});

describe('a look', () => {
  it('has the documented fields, in the documented order', async () => {
    const { answers } = await analyze(JSON.stringify({ rows: reference.cases[1]!.rows.slice(0, 30) }));
    const [answer] = answers as [{ looks: AnsweredLook[] }];
    expect(answer.looks.map((look) => Object.keys(look))).toEqual(
      [24, 30].map(() => [
        'hours',
        'theta',
        'se',
        'df',
        't',
        'information',
        'bound',
        't_critical',
        'p',
        'confidence',
        'interval',
        'p_now',
        'drift',
      ]),
    );
  });
});

describe('a bad line', () => {
  it('is answered in its place with its number and the reason, and the other lines are answered too', async () => {
    const good = JSON.stringify({ rows: reference.cases[1]!.rows.slice(0, 120) });
    const lines = [
      good,
      '{"rows": [[1, 2,',
      '[]',
      '{"rule":"bayes","rows":[]}',
      '{"confidence":0.8,"rows":[]}',
      '',
      '{"rows":[[10,1,10,1],[10,1,10]]}',
      '{"rows":[[10,1,10,-1]]}',
      '{"check_every_hours":0,"rows":[]}',
      '{"horizon_hours":"672","rows":[]}',
      '{"rule":"welch","strict":true,"rows":[]}',
      '{}',
      good.replace('{', '{"name":"of the caller",'),
    ];
    // The last line has no line end, and another one ends with a carriage return.
    const { answers, code, errors } = await analyze(lines.join('\n').replace('{}', '{}\r'), [
      '--decision-only',
    ]);
    const decided = { decision: { hours: 114, winner: 'B' } };
    expect(answers).toEqual([
      decided,
      { line: 2, error: expect.stringMatching(/^not JSON: /) },
      { line: 3, error: 'a line is one JSON object, got []' },
      {
        line: 4,
        error: expect.stringMatching(/^rule must be one of sequential, anytime, welch.*, got "bayes"$/),
      },
      {
        line: 5,
        error: 'confidence must be one of 0.90, 0.95, 0.99, for which error rates were confirmed, got 0.8',
      },
      { line: 7, error: 'rows[1] must be four whole numbers of at least 0, got [10,1,10]' },
      { line: 8, error: 'rows[0] must be four whole numbers of at least 0, got [10,1,10,-1]' },
      { line: 9, error: 'check_every_hours must be a number of at least 1, got 0' },
      { line: 10, error: 'horizon_hours must be a number of at least 1, got "672"' },
      { line: 11, error: 'strict is a form of the rule sequential, not of welch' },
      { line: 12, error: 'rows must be a list of [impressionsA, clicksA, impressionsB, clicksB]' },
      decided,
    ]);
    expect([code, errors]).toEqual([1, '']);
  });

  it('is missing without input; an unknown option is refused', async () => {
    expect(await analyze('')).toMatchObject({ code: 0, output: '', errors: '' });
    const refused = await analyze('', ['--looks']);
    expect(refused).toMatchObject({ code: 2, output: '' });
    expect(refused.errors).toMatch(/'--looks'.*; the options are --decision-only and --account FILE\n$/s);
  });
});

describe('a stream', () => {
  it('is answered line by line while it continues', async () => {
    const { child, closed } = command(['--decision-only']);
    const line = `${JSON.stringify({ rows: reference.cases[1]!.rows })}\n`;
    child.stdin.write(line.slice(0, 100));
    child.stdin.write(line.slice(100));
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(first)).toBe('{"decision":{"hours":114,"winner":"B"}}\n');
    child.stdin.end(line);
    const [second] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(second)).toBe(String(first));
    expect(await closed).toBe(0);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { child, closed } = command(['--decision-only']);
    child.stdin.on('error', () => undefined);
    const errors = text(child.stderr);
    const line = `${JSON.stringify({ rows: reference.cases[1]!.rows.slice(0, 24) })}\n`;
    child.stdin.write(line);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    // Feed it until the command has ended and closed its end of the pipe.
    const feed = () => child.stdin.write(line.repeat(50), (error) => error ?? feed());
    feed();
    await closed;
    expect(await errors).toBe('');
  });
});

describe('earlier tests of the account', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-analyze-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const random = new Random('analyze account');
  /** Hours of equal ads; B's rate changes from day to day by about `noise`. */
  const rows = (noise: number, hours = 672) => {
    let own = 1;
    return Array.from({ length: hours }, (_, hour) => {
      if (hour % 24 === 0 && noise > 0) own = random.factor(noise);
      return [5000, random.poisson(100), 5000, random.poisson(100 * own)];
    });
  };
  const input = JSON.stringify({ rows: rows(0, 48) });
  const fileOf = async (name: string, lines: string[]) => {
    const file = path.join(directory, name);
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  };
  const lastLook = async (args: string[]) => {
    const { answers, errors } = await analyze(input, args);
    expect(errors).toBe('');
    return (answers[0] as Answer).looks!.at(-1)!;
  };

  it('teach the rule the drift of its ads', async () => {
    const earlier = (noise: number) => [1, 2].map(() => JSON.stringify({ rows: rows(noise) }));
    const calm = await lastLook(['--account', await fileOf('calm.jsonl', [...earlier(0), ''])]);
    const wild = await lastLook(['--account', await fileOf('wild.jsonl', earlier(0.15))]);
    const unknown = await lastLook([]);
    expect([calm, wild, unknown].map(({ drift }) => drift!.tests)).toEqual([2, 2, 0]);
    expect(calm.drift!.sd).toBeLessThan(unknown.drift!.sd);
    expect(wild.drift!.sd).toBeGreaterThan(0.1);
    expect(calm.se).toBeLessThan(unknown.se);
    expect(wild.se).toBeGreaterThan(unknown.se);
    expect(new Set([calm, wild, unknown].map(({ theta }) => theta)).size).toBe(1);
  });

  it('are refused before any answer if a line is bad or the file is missing', async () => {
    const bad = await fileOf('bad.jsonl', [JSON.stringify({ rows: rows(0, 30) }), '{"rows":[[1,2,3]]}']);
    const refused = await analyze(input, ['--account', bad]);
    expect(refused).toMatchObject({ code: 2, output: '' });
    expect(refused.errors).toBe(
      `${bad}, line 2: rows[0] must be four whole numbers of at least 0, got [1,2,3]\n`,
    );
    const missing = await analyze(input, ['--account', path.join(directory, 'none.jsonl')]);
    expect(missing).toMatchObject({ code: 2, output: '' });
    expect(missing.errors).toMatch(/^--account .*none\.jsonl: ENOENT/);
  });

  it('are not needed by a line that asks for a version without drift, and bursts are listed', async () => {
    const spoilt = rows(0, 48);
    spoilt[30] = [5000, 4000, 5000, 100];
    const lines = [{ rule_version: '2', rows: spoilt }, { rows: spoilt }].map((line) => JSON.stringify(line));
    const { answers } = await analyze(lines.join('\n'));
    const [before, now] = answers.map((answer) => (answer as Answer).looks!.at(-1)!);
    expect(before).not.toHaveProperty('drift');
    expect(before).not.toHaveProperty('bursts');
    expect(now!.bursts).toEqual([{ hour: 30, ad: 'A', clicks: 4000, expected: expect.any(Number) }]);
    const refused = await analyze(JSON.stringify({ rule_version: '9', rows: [] }));
    expect(refused.answers).toEqual([{ line: 1, error: 'rule_version must be one of 1, 2, 3, got "9"' }]);
  });
});
