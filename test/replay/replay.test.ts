import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Mutant, type Mutation, makeMutant } from '../support/mutant.js';
import { IMPORT_SLEEP, INSERTED_SLEEP, PATCHED_SLEEP } from '../support/patch-mutations.js';
import { HISTORIES, namesOf, PATCHED, replay } from './histories.js';

const WORKFLOWS = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

describe('the replay check', () => {
  let mutant: Mutant | undefined;
  afterEach(async () => {
    await mutant?.remove();
    mutant = undefined;
  });
  const workflowsOf = async (...mutations: Mutation[]) => {
    mutant = await makeMutant(mutations);
    return path.join(mutant.directory, 'src/workflows/index.ts');
  };
  const failures = (results: Record<string, string | null>) =>
    Object.keys(results)
      .filter((name) => results[name] !== null)
      .sort();
  /** Which of these histories a broken copy fails on. */
  const failuresOn = async (names: string[], ...mutations: Mutation[]) =>
    failures(await replay(HISTORIES, names, await workflowsOf(...mutations)));
  const filesOf = (...scenarios: string[]) =>
    scenarios.map((scenario) => `experimentWorkflow.${scenario}.json`).sort();

  it('replays every recorded history: of ended, continued and open runs', async () => {
    const names = await namesOf(HISTORIES);
    const scenarios = [
      ...['completed', 'reverted', 'held', 'continued', 'stopped', 'open'],
      ...['verified', 'not_verified', 'verification_reverted', 'verification_gate_reverted'],
      ...['held_amid_phase', 'held_kill_switch', 'held_foreign', 'gate_reverted'],
      'extended_and_frozen',
      ...['shadow', 'shadow_held_reverted'],
      ...['reverted_at_the_end', 'overtaken'],
      ...['lapsed', 'turned_before_first_write', 'held_gate_reverted', 'split_changed'],
      ...['drop_beaten', 'drop_restored'],
      'guardrail_approved',
      ...['completed_as_data', 'held_amid_phase_as_data', 'needs_attention_as_data', 'tried_again'],
    ];
    for (const scenario of scenarios) {
      expect(names).toContain(`experimentWorkflow.${scenario}.json`);
    }
    expect(names).toContain('messengerWorkflow.outage.json');
    expect(names).toContain('learningWorkflow.learned.json');
    const results = await replay(HISTORIES, names, WORKFLOWS);
    expect(Object.keys(results)).toHaveLength(names.length);
    expect(failures(results)).toEqual([]);
  });

  it('finds a drop whose rollout is not closed', async () => {
    const failed = await failuresOn(filesOf('completed', 'drop_beaten', 'drop_restored'), {
      file: 'src/workflows/running.ts',
      find: 'if (dropped !== undefined) return endDrop(run, dropped);',
      replace: '',
    });
    expect(failed).toEqual(filesOf('drop_beaten', 'drop_restored'));
  });

  it('finds a messenger that does not wait for a hook', async () => {
    const failed = await failuresOn(['messengerWorkflow.outage.json'], {
      file: 'src/workflows/messenger.ts',
      find: "if (outcome.kind !== 'wait') continue;",
      replace: 'continue;',
    });
    expect(failed).toEqual(['messengerWorkflow.outage.json']);
  });

  it('finds that learning leaves out a step', async () => {
    const failed = await failuresOn(['learningWorkflow.learned.json'], {
      file: 'src/workflows/learning.ts',
      find: 'isDone = (await attempt(() => learning.refitPatterns())) && isDone;',
      replace: '',
    });
    expect(failed).toEqual(['learningWorkflow.learned.json']);
  });

  it('finds insights without the question under exchanged labels', async () => {
    const failed = await failuresOn(['insightsWorkflow.extracted.json'], {
      file: 'src/contract/insights.ts',
      find: "export const LABELLINGS = ['as_is', 'exchanged'] as const;",
      replace: "export const LABELLINGS = ['as_is'] as unknown as readonly ['as_is', 'exchanged'];",
    });
    expect(failed).toEqual(['insightsWorkflow.extracted.json']);
  });

  it('finds an inserted sleep', async () => {
    const failed = await failuresOn(filesOf('completed'), IMPORT_SLEEP, INSERTED_SLEEP);
    expect(failed).toEqual(filesOf('completed'));
  });

  it('finds a promotion that asks nobody although a guardrail is not known', async () => {
    const failed = await failuresOn(filesOf('guardrail_approved', 'completed'), {
      file: 'src/domain/decision/guardrail-approval.ts',
      find: 'policy.approvalRequired || decision',
      replace: 'policy.approvalRequired && decision',
    });
    expect(failed).toEqual(filesOf('guardrail_approved'));
  });

  it('finds a dropped phase', async () => {
    const failed = await failuresOn(filesOf('completed'), {
      file: 'src/workflows/rollout.ts',
      find: 'const index = plan.phases.findIndex(',
      replace: 'plan.phases = plan.phases.slice(0, 2);\n  const index = plan.phases.findIndex(',
    });
    expect(failed).toEqual(filesOf('completed'));
  });

  it('finds a verification without its daily gate', async () => {
    const watched = filesOf(
      ...['not_verified', 'verification_reverted', 'verification_gate_reverted', 'verified'],
      ...['shadow', 'split_changed', 'reverted_at_the_end'],
    );
    const failed = await failuresOn(watched, {
      file: 'src/workflows/verification.ts',
      find: 'const steps = [() => lookOfTheDay(run, dueAt), () => gate(run)];',
      replace: 'const steps = [() => lookOfTheDay(run, dueAt)];',
    });
    expect(failed).toEqual(watched);
  });

  it('finds a hold that no longer reads the amounts', async () => {
    const held = filesOf('held_amid_phase', 'held_foreign', 'held_kill_switch');
    const failed = await failuresOn(held, {
      file: 'src/workflows/holding.ts',
      find: 'if (isShadow(run)) return { stand: none',
      replace: 'if (isShadow(run) || true) return { stand: none',
    });
    expect(failed).toEqual(held);
  });

  it('finds a revert that is refused at the end', async () => {
    const failed = await failuresOn(await namesOf(HISTORIES), {
      file: 'src/workflows/experiment.ts',
      find: "run.state === 'completed' && run.inbox.size > 0",
      replace: "run.state === 'completed' && run.inbox.size < 0",
    });
    expect(failed).toEqual(filesOf('reverted_at_the_end'));
  });

  it('finds a last answer in the task that continues as new', async () => {
    const failed = await failuresOn(filesOf('overtaken', 'continued', 'completed'), {
      file: 'src/workflows/continuation.ts',
      find: 'await beforeNewRun(disagreements > 1 ? Math.min(60_000, 1_000 * 2 ** disagreements) : MOMENT_MS);',
      replace: '',
    });
    expect(failed).toEqual(filesOf('overtaken'));
  });

  it('finds an old decision that is carried out', async () => {
    const failed = await failuresOn(filesOf('lapsed'), {
      file: 'src/workflows/rollout.ts',
      find: 'if (at === null || run.now() < at) return false;',
      replace: 'if (at === null || run.now() > 0) return false;',
    });
    expect(failed).toEqual(filesOf('lapsed'));
  });

  it('finds a rollout in shadow that writes', async () => {
    const failed = await failuresOn(filesOf('shadow', 'shadow_held_reverted', 'completed', 'held'), {
      file: 'src/workflows/rollout.ts',
      find: 'isShadow(run) ? [] : writeOrder(current, phase.targets)',
      replace: 'writeOrder(current, phase.targets)',
    });
    expect(failed).toEqual(filesOf('shadow', 'shadow_held_reverted'));
  });

  it('replays runs from before and after a patch, and finds its removal', async () => {
    const names = await namesOf(PATCHED);
    expect(names).not.toEqual([]);
    const patched = await workflowsOf(IMPORT_SLEEP, PATCHED_SLEEP);
    expect(failures(await replay(PATCHED, names, patched))).toEqual([]);
    // A run from before the patch, which is the other of the pair, takes the old branch.
    expect(failures(await replay(HISTORIES, filesOf('completed'), patched))).toEqual([]);
    await mutant?.remove();
    const removed = await replay(PATCHED, names, WORKFLOWS);
    expect(failures(removed)).toEqual(names);
  });
});
