import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { type Mutant, makeMutant } from '../support/mutant.js';
import { IMPORT_SLEEP, PATCHED_SLEEP } from '../support/patch-mutations.js';
import { THREE_PHASES } from '../support/phases.js';
import { beforeFirst } from '../support/store-taps.js';
import { startWorld, type World } from '../support/world.js';
import { HISTORIES, PATCHED } from './histories.js';

/** `npm run record-histories` records the histories for the replay check. Existing files are not changed. */

const CLEAR = [0.02, 0.034];
const AGAIN = [
  ...['completed', 'reverted', 'held', 'held_amid_phase', 'held_foreign', 'held_kill_switch'],
  ...['needs_attention', 'stopped', 'lapsed', 'verification_reverted'],
];

/** Records the last run, or `runId`. */
async function record(
  world: World,
  folder: string,
  experiment: Experiment,
  scenario: string,
  runId?: string,
): Promise<void> {
  const file = `${folder}experimentWorkflow.${scenario}.json`;
  expect(existsSync(file), `${file} exists: give the new history another name`).toBe(false);
  const run = world.client.workflow.getHandle(world.names.workflowId(experiment.id), runId);
  const history = await run.fetchHistory();
  await writeFile(file, `${JSON.stringify(JSON.parse(historyToJSON(history)), withoutMachine)}\n`);
}

/** Removes names of processes and machines, and stack traces with their paths: replay needs none of them. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  if (typeof value === 'string' && value.includes(os.hostname())) {
    return value.replaceAll(new RegExp(`\\d+@${os.hostname()}`, 'g'), 'worker');
  }
  return value;
}

const missing = (folder: string, scenario: string) =>
  !existsSync(`${folder}experimentWorkflow.${scenario}.json`);

/** A revert that is requested while the verification is ending. */
async function askedAtTheEnd(world: World, id: string): Promise<Experiment> {
  const verification = { settleHours: 24, windowHours: 24 };
  const experiment = await world.begin({ id, clickRates: CLEAR, policy: { verification } });
  await world.until(experiment, ['verifying'], 80);
  const asked = new Promise<void>((resolve) => {
    const ends = ({ to }: { to: string }) => to === 'completed';
    beforeFirst(world.store, 'transition', ends, () => world.ask(experiment, 'revert').then(() => resolve()));
  });
  await world.until(experiment, ['completed', 'reverting', 'reverted'], 3 * 24);
  await asked;
  await world.pass(3);
  return experiment;
}

describe('histories', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const killSwitch = async (engaged: boolean) =>
    world.store.setKillSwitch({ engaged, by: 'ana', reason: 'recorded', at: await world.clock.now() });

  /** The second challenger is beaten and dropped by the rule; the others hardly differ. */
  const beginDrop = (id: string) =>
    world.begin({ id, clickRates: [0.02, 0.0207, 0.008], policy: { dropBeaten: true } });
  const untilDropped = async (experiment: Experiment) => {
    for (let hours = 0; hours < 72; hours++) {
      if ((await world.state(experiment)).dropped) return;
      await world.pass(1);
    }
    throw new Error(`${experiment.id} has dropped no ad`);
  };

  const scenarios: Record<string, (id: string) => Promise<Experiment>> = {
    drop_beaten: async (id) => {
      const experiment = await beginDrop(id);
      await untilDropped(experiment);
      await world.control(experiment, 'promote');
      await world.pass(1.5);
      await world.control(experiment, 'stop', { budgets: 'restore' });
      await world.until(experiment, ['stopped'], 3);
      return experiment;
    },
    drop_restored: async (id) => {
      const experiment = await beginDrop(id);
      const { adSetId } = experiment.variants[0]!;
      const raise = { objectId: adSetId, method: 'POST' as const, dailyBudget: 29_950 };
      await world.market.order({ kind: 'server_error', ...raise, times: null });
      await untilDropped(experiment);
      await world.market.withdraw();
      await world.pass(7);
      await world.control(experiment, 'stop');
      return experiment;
    },
    completed: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['verifying'], 80);
      await world.pass(8 * 24 + 1);
      return experiment;
    },
    reverted: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.market.order({
        kind: 'refuse',
        objectId: experiment.variants[1]!.adSetId,
        method: 'POST',
        dailyBudget: 28_000,
        times: null,
      });
      await world.until(experiment, ['reverted'], 80);
      return experiment;
    },
    held: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      await world.control(experiment, 'pause');
      await world.pass(3);
      return experiment;
    },
    continued: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR, maxHistoryEvents: 40 });
      await world.until(experiment, ['verifying'], 80);
      await world.pass(30);
      await world.control(experiment, 'revert');
      await world.until(experiment, ['reverted'], 3);
      return experiment;
    },
    stopped: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      await world.control(experiment, 'stop', { budgets: 'restore' });
      await world.until(experiment, ['stopped'], 3);
      return experiment;
    },
    open: async (id) => {
      const experiment = await world.begin({ id, clickRates: [0.02, 0.02] });
      await world.pass(40);
      return experiment;
    },
    tried_again: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      const objectId = experiment.variants[1]!.adId;
      await world.market.order({ kind: 'server_error', objectId, method: 'GET', times: null });
      await world.pass(3);
      expect((await world.state(experiment)).hold).toMatchObject({ code: 'transient' });
      await world.market.withdraw();
      await world.until(experiment, ['verifying'], 8);
      return experiment;
    },
    no_winner: async (id) => {
      const experiment = await world.begin({ id, clickRates: [0.02, 0.02], policy: { horizonHours: 72 } });
      await world.until(experiment, ['no_winner'], 73);
      return experiment;
    },
    needs_attention: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      await world.market.edit(experiment.variants[1]!.adSetId, { daily_budget: 26_000 });
      await world.control(experiment, 'revert').catch(() => {});
      await world.pass(1);
      return experiment;
    },
    approved_late_write: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR, policy: { approvalRequired: true } });
      await world.until(experiment, ['awaiting_approval'], 80);
      await world.market.order({
        kind: 'late_apply',
        objectId: experiment.variants[1]!.adSetId,
        method: 'POST',
        dailyBudget: 28_000,
        times: 1,
        delayMs: 60_000,
      });
      await world.control(experiment, 'approve');
      await world.until(experiment, ['verifying'], 6);
      return experiment;
    },
    guardrail_approved: async (id) => {
      const { guardrails } = DEFAULT_POLICY;
      const policy = { guardrails, guardrailWaitHours: 24 };
      const experiment = await world.begin({ id, clickRates: CLEAR, conversionRates: [0.01, 0.01], policy });
      await world.until(experiment, ['awaiting_approval'], 80);
      await world.control(experiment, 'approve');
      await world.until(experiment, ['verifying'], 6);
      return experiment;
    },
    verified: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['verifying'], 80);
      await world.pass(2 * 24);
      await world.control(experiment, 'check');
      await world.until(experiment, ['completed'], 7 * 24);
      return experiment;
    },
    not_verified: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['verifying'], 80);
      await world.market.setTruth(experiment.variants[1]!.adId, 0.02);
      await world.until(experiment, ['completed'], 9 * 24);
      return experiment;
    },
    verification_reverted: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['verifying'], 80);
      await world.market.setTruth(experiment.variants[1]!.adId, 0.01);
      await world.until(experiment, ['reverted'], 5 * 24);
      return experiment;
    },
    held_amid_phase: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      const winner = experiment.variants[1]!.adSetId;
      // By then the phase's cut is done, so that the hold names the amounts.
      const write = { objectId: winner, method: 'POST', dailyBudget: 28_000, times: 1 } as const;
      await world.market.order({ kind: 'refuse', code: 200, ...write });
      const held = await world.until(experiment, ['held'], 80);
      expect(held.stateReason).toMatch(/The budgets stand at ad set /);
      await world.pass(3);
      await world.control(experiment, 'resume');
      await world.until(experiment, ['verifying'], 6);
      return experiment;
    },
    held_kill_switch: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      const event = { by: 'ana@example.com', reason: 'sales look odd', at: await world.clock.now() };
      await world.store.setKillSwitch({ ...event, engaged: true });
      const held = await world.until(experiment, ['held'], 4);
      expect(held.hold?.code).toBe('kill_switch');
      await world.control(experiment, 'resume').catch(() => {});
      await world.store.setKillSwitch({ ...event, engaged: false });
      await world.control(experiment, 'resume');
      await world.until(experiment, ['verifying'], 6);
      return experiment;
    },
    extended_and_frozen: async (id) => {
      const policy = { rule: 'anytime' as const, horizonHours: 96 };
      const experiment = await world.begin({ id, clickRates: CLEAR, policy });
      const who = { by: 'ana@example.com', reason: 'a close race' };
      await world.pass(3);
      await world.control(experiment, 'extend', { ...who, horizonDays: 3 }).catch(() => {});
      await world.control(experiment, 'extend', { ...who, horizonDays: 6 });
      const minute = (at: number) => new Date(at).toISOString().slice(0, 16);
      const freeze = async (entry: number, hours: number) => {
        const at = await world.clock.now();
        const times = {
          kind: 'dated',
          from: minute(at - HOUR_MS),
          to: minute(at + hours * HOUR_MS),
        } as const;
        const window = { id: `w${entry}`, name: 'Sale', timezone: 'UTC', times };
        await world.store.enterFreezeEvent({ window, removed: false, ...who, at }, entry);
        return window;
      };
      await freeze(1, 8);
      await world.control(experiment, 'promote');
      const window = await freeze(2, 10);
      await world.control(experiment, 'resume').catch(() => {});
      await world.pass(2);
      const event = { window, removed: true, ...who, at: await world.clock.now() };
      await world.store.enterFreezeEvent(event, 3);
      await world.pass(7);
      expect((await world.store.getPromotion(id))!.phasesDone).toHaveProperty('60');
      await world.until(experiment, ['verifying'], 6);
      return experiment;
    },
    held_foreign: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      const winner = experiment.variants[1]!.adSetId;
      await world.pass(3);
      await world.control(experiment, 'promote');
      await world.market.edit(winner, { daily_budget: 26_000 });
      const held = await world.until(experiment, ['held'], 4);
      expect(held.hold?.code).toBe('foreign');
      await world.control(experiment, 'resume').catch(() => {});
      await world.market.edit(winner, { daily_budget: 24_000 });
      await world.pass(2);
      await world.control(experiment, 'resume');
      await world.until(experiment, ['verifying'], 6);
      return experiment;
    },
    gate_reverted: async (id) => {
      // The wait between the phases is long enough for the winner's silence to count.
      const phases = THREE_PHASES.map((phase, index) => ({ ...phase, waitHours: index === 0 ? 0 : 9 }));
      const experiment = await world.begin({ id, clickRates: CLEAR, policy: { phases } });
      await world.until(experiment, ['rolling_out'], 80);
      await world.pass(0.5);
      // The ad set is active again at the gate, which finds no whole hour with a delivery: a pause that stays would only hold.
      const { adSetId } = experiment.variants[1]!;
      await world.market.edit(adSetId, { status: 'PAUSED' });
      await world.passToHourOfNext(experiment);
      await world.market.edit(adSetId, { status: 'ACTIVE' });
      const ended = await world.until(experiment, ['reverted'], 24);
      expect(ended.stateReason).toMatch(/^Phase 70 failed: challenger has delivered nothing for /);
      return experiment;
    },
    verification_gate_reverted: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['verifying'], 80);
      await world.market.setTruth(experiment.variants[1]!.adId, 0.004);
      const ended = await world.until(experiment, ['reverted'], 30);
      expect(ended.stateReason).toMatch(/ since the decision: /);
      return experiment;
    },
    kept_amid_phase: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      const { adSetId } = experiment.variants[1]!;
      const write = { objectId: adSetId, method: 'POST', dailyBudget: 28_000, times: 1 } as const;
      await world.market.order({ kind: 'late_apply', delayMs: 4 * 60_000, ...write });
      await world.until(experiment, ['rolling_out'], 80);
      const { nextDueAt } = await world.status(experiment);
      await world.pass((nextDueAt! - (await world.clock.now())) / HOUR_MS + 0.02);
      expect((await world.status(experiment)).nextDue).toBe('a write of unknown outcome');
      const stopping = (await world.ask(experiment, 'stop', { budgets: 'keep' })).result();
      await world.pass(0.2);
      expect((await stopping).message).toMatch(/ at USD 280\.00\.$/);
      return experiment;
    },
    accepted: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      await world.market.edit(experiment.variants[1]!.adSetId, { daily_budget: 26_000 });
      await world.control(experiment, 'revert').catch(() => {});
      await world.control(experiment, 'resolve', { action: 'accept_current' });
      return experiment;
    },
    lapsed: async (id) => {
      await killSwitch(true);
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['held'], 80);
      await world.pass(6.5);
      await killSwitch(false);
      await world.control(experiment, 'stop', { budgets: 'restore' }).catch(() => null);
      return experiment;
    },
    turned_before_first_write: async (id) => {
      await killSwitch(true);
      const experiment = await world.begin({ id, clickRates: CLEAR, dailyBudget: 100_000 });
      await world.until(experiment, ['held'], 80);
      await world.market.setTruth(experiment.variants[1]!.adId, 0.0005);
      await world.pass(4);
      await killSwitch(false);
      await world.control(experiment, 'resume');
      await world.until(experiment, ['running'], 1);
      await world.control(experiment, 'stop');
      return experiment;
    },
    held_gate_reverted: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR, dailyBudget: 100_000 });
      await world.until(experiment, ['rolling_out'], 80);
      await world.control(experiment, 'pause');
      await world.market.setTruth(experiment.variants[1]!.adId, 0.002);
      await world.until(experiment, ['reverted'], 50);
      return experiment;
    },
    split_changed: async (id) => {
      const verification = { settleHours: 24, windowHours: 24 };
      const experiment = await world.begin({ id, clickRates: CLEAR, policy: { verification } });
      await world.until(experiment, ['verifying'], 80);
      await world.market.edit(experiment.variants[1]!.adSetId, { daily_budget: 900_000 });
      const ended = await world.until(experiment, ['completed'], 3 * 24);
      expect(ended.stateReason).toMatch(/^Not verified: a budget was changed/);
      return experiment;
    },
    reverted_at_the_end: async (id) => {
      const experiment = await askedAtTheEnd(world, id);
      expect((await world.state(experiment)).state).toBe('reverted');
      return experiment;
    },
    paused: async (id) => {
      const experiment = await world.begin({ id, clickRates: [0.02, 0.02] });
      await world.pass(8);
      await world.control(experiment, 'pause');
      await world.pass(8);
      await world.control(experiment, 'resume');
      await world.control(experiment, 'check');
      return experiment;
    },
  };

  // Played again since reasons, outcomes and holds are data: these histories have the present form of the answers.
  for (const name of AGAIN) scenarios[`${name}_as_data`] = scenarios[name]!;

  for (const [scenario, play] of Object.entries(scenarios)) {
    it.runIf(missing(HISTORIES, scenario))(`records ${scenario}`, async () => {
      await record(world, HISTORIES, await play(scenario.replaceAll('_', '-')), scenario);
    });
  }

  for (const scenario of ['overtaken']) {
    it.runIf(missing(HISTORIES, scenario))(`records ${scenario}`, async () => {
      const experiment = await world.begin({ id: scenario, clickRates: [0.02, 0.02] });
      await world.pass(2);
      const pausedElsewhere = "update auto_promotion.ab_tests set state = 'paused' where experiment_id = $1";
      await world.sql(pausedElsewhere, [experiment.id]);
      const refused = await world.ask(experiment, 'pause');
      await expect(refused.result()).rejects.toThrow();
      await world.pass(1);
      await record(world, HISTORIES, experiment, scenario, refused.workflowRunId);
    });
  }
});

describe('histories of rollouts in shadow', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping', writesAllowed: false });
  });
  afterAll(() => world?.stop());

  const scenarios: Record<string, (id: string) => Promise<Experiment>> = {
    shadow: async (id) => {
      const verification = { settleHours: 24, windowHours: 24 };
      const experiment = await world.begin({ id, clickRates: CLEAR, policy: { verification } });
      const verifying = await world.until(experiment, ['verifying'], 80);
      expect(verifying.stateReason).toMatch(/^Shadow: phase 80 /);
      await world.until(experiment, ['completed'], 3 * 24);
      return experiment;
    },
    shadow_held_reverted: async (id) => {
      const experiment = await world.begin({ id, clickRates: CLEAR });
      await world.until(experiment, ['rolling_out'], 80);
      await world.control(experiment, 'pause');
      await world.pass(2);
      await world.control(experiment, 'revert');
      expect((await world.state(experiment)).state).toBe('reverted');
      return experiment;
    },
  };

  for (const [scenario, play] of Object.entries(scenarios)) {
    it.runIf(missing(HISTORIES, scenario))(`records ${scenario}`, async () => {
      await record(world, HISTORIES, await play(scenario.replaceAll('_', '-')), scenario);
    });
  }
});

describe.runIf(missing(PATCHED, 'patched'))('the history of a workflow with a patch marker', () => {
  let mutant: Mutant;
  let world: World;
  beforeAll(async () => {
    mutant = await makeMutant([IMPORT_SLEEP, PATCHED_SLEEP]);
    const support: typeof import('../support/world.js') = await import(
      `${mutant.directory}/test/support/world.ts`
    );
    world = await support.startWorld({ kind: 'time-skipping', ownWorkflows: true });
  });
  afterAll(async () => {
    await world?.stop();
    await mutant?.remove();
  });

  it('records patched', async () => {
    const experiment = await world.begin({ id: 'patched', clickRates: [0.02, 0.02] });
    await world.pass(14);
    await record(world, PATCHED, experiment, 'patched');
  });
});
