import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Mutant, type Mutation, makeMutant } from '../support/mutant.js';
import { IMPORT_SLEEP, INSERTED_SLEEP, PATCHED_SLEEP } from '../support/patch-mutations.js';
import { HISTORIES, namesOf, PATCHED, replay } from './histories.js';

const WORKFLOWS = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

describe('the replay gate', () => {
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
  const filesOf = (...scenarios: string[]) =>
    scenarios.map((scenario) => `experimentWorkflow.${scenario}.json`).sort();

  it('replays every recorded history, of ended, continued and still open runs', async () => {
    const names = await namesOf(HISTORIES);
    const scenarios = [
      ...['completed', 'reverted', 'held', 'continued', 'stopped', 'open'],
      ...['verified', 'not_verified', 'verification_reverted', 'verification_gate_reverted'],
      ...['held_amid_phase', 'held_kill_switch', 'held_foreign', 'gate_reverted'],
      ...['shadow', 'shadow_held_reverted'],
      ...['refused_at_the_end', 'reverted_at_the_end'],
      ...['overtaken', 'overtaken_in_one_task'],
    ];
    for (const scenario of scenarios) {
      expect(names).toContain(`experimentWorkflow.${scenario}.json`);
    }
    const results = await replay(HISTORIES, names, WORKFLOWS);
    expect(Object.keys(results)).toHaveLength(names.length);
    expect(failures(results)).toEqual([]);
  });

  it('catches an inserted sleep', async () => {
    const workflows = await workflowsOf(IMPORT_SLEEP, INSERTED_SLEEP);
    const results = await replay(HISTORIES, await namesOf(HISTORIES), workflows);
    expect(failures(results)).toContain('experimentWorkflow.completed.json');
  });

  it('catches a dropped phase', async () => {
    const workflows = await workflowsOf({
      file: 'src/workflows/rollout.ts',
      find: 'const index = plan.phases.findIndex(',
      replace: 'plan.phases = plan.phases.slice(0, 2);\n  const index = plan.phases.findIndex(',
    });
    const results = await replay(HISTORIES, await namesOf(HISTORIES), workflows);
    expect(failures(results)).toContain('experimentWorkflow.completed.json');
  });

  it('catches a verification without its daily look, and the runs from before there was one go on', async () => {
    const workflows = await workflowsOf({
      file: 'src/workflows/verification.ts',
      find: "if (!patched('verification')) return waitOut(run);",
      replace: "if (!patched('verification') || true) return waitOut(run);",
    });
    const results = await replay(HISTORIES, await namesOf(HISTORIES), workflows);
    const watched = ['not_verified', 'verification_reverted', 'verification_gate_reverted', 'verified'];
    expect(failures(results)).toEqual(
      filesOf(...watched, 'shadow', 'refused_at_the_end', 'reverted_at_the_end'),
    );
  });

  it('catches a hold that no longer reads the amounts, and the runs from before it did go on', async () => {
    const workflows = await workflowsOf({
      file: 'src/workflows/holding.ts',
      find: "if (!patched('held-amounts') || isShadow(run)) return '';",
      replace: "if (!patched('held-amounts') || isShadow(run) || true) return '';",
    });
    const results = await replay(HISTORIES, await namesOf(HISTORIES), workflows);
    expect(failures(results)).toEqual(filesOf('held_amid_phase', 'held_foreign', 'held_kill_switch'));
  });

  it('catches a revert that is refused at the end, and the runs from before it was taken up go on', async () => {
    const mutation = {
      file: 'src/workflows/experiment.ts',
      find: "run.inbox.size > 0 && patched('asked-at-the-end')",
    };
    const refused = await workflowsOf({ ...mutation, replace: 'run.inbox.size < 0' });
    const results = await replay(HISTORIES, await namesOf(HISTORIES), refused);
    expect(failures(results)).toEqual(filesOf('reverted_at_the_end'));
  });

  it('catches a last answer in the task that continues as new, and the runs from before that do it go on', async () => {
    const workflows = await workflowsOf({
      file: 'src/workflows/continuation.ts',
      find: "if (patched('answers-before-a-new-run')) await beforeNewRun();",
      replace: '',
    });
    const results = await replay(HISTORIES, await namesOf(HISTORIES), workflows);
    expect(failures(results)).toEqual(filesOf('overtaken'));
  });

  it('catches a rollout in shadow that writes', async () => {
    const workflows = await workflowsOf({
      file: 'src/workflows/rollout.ts',
      find: 'isShadow(run) ? [] : writeOrder(current, phase.targets)',
      replace: 'writeOrder(current, phase.targets)',
    });
    const results = await replay(HISTORIES, await namesOf(HISTORIES), workflows);
    expect(failures(results)).toEqual(filesOf('shadow', 'shadow_held_reverted'));
  });

  it('catches a removed patch marker', async () => {
    const names = await namesOf(PATCHED);
    expect(names).not.toEqual([]);
    const kept = await replay(PATCHED, names, await workflowsOf(IMPORT_SLEEP, PATCHED_SLEEP));
    expect(failures(kept)).toEqual([]);
    await mutant?.remove();
    const removed = await replay(PATCHED, names, WORKFLOWS);
    expect(failures(removed)).toEqual(names);
  });
});
