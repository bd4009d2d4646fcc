import type { Mutation } from '../../support/mutant.js';

/** Broken copies of the service that the invariants must catch. */
export const MUTANTS: Record<string, Mutation[]> = {
  // The wrong order alone does no harm, because the envelope refuses the raise: so the envelope is broken too.
  raise_before_cut: [
    {
      file: 'src/domain/rollout/plan.ts',
      find: 'return [...ids.filter((id) => !isRaise(id)), ...ids.filter(isRaise)];',
      replace: 'return [...ids.filter(isRaise), ...ids.filter((id) => !isRaise(id))];',
    },
    {
      file: 'src/activities/budgets.ts',
      find: 'if (totalAfter > Math.max(totalOf(base), total)) {',
      replace: 'if (totalAfter > 10 * Math.max(totalOf(base), total)) {',
    },
  ],
  read_back_skipped: [
    {
      file: 'src/activities/budget-attempt.ts',
      find: '        const dailyBudget = await meta.getDailyBudget(row.adSetId);\n        if (dailyBudget === row.intended) {',
      replace: '        if (row.intended > 0) {',
    },
  ],
  // The service neither waits for a write that may still land nor looks for it afterwards.
  revert_without_second_read: [
    {
      file: 'src/activities/budgets.ts',
      find: 'if (inFlight > 0) return unknownOutcome(inFlight);',
      replace: 'if (inFlight > 0 && phase !== REVERT) return unknownOutcome(inFlight);',
    },
    {
      file: 'src/workflows/compensation.ts',
      find: '  const watched = await watchForLateWrites(run);\n',
      replace:
        "  const watched = { kind: 'watched' as const, reading: { base: {}, current: {} } as BudgetReading };\n",
    },
  ],
  expected_before_dropped: [
    {
      file: 'src/activities/budgets.ts',
      find: '        if (foreign.length > 0) {',
      replace: '        if (foreign.length > 1_000) {',
    },
  ],
  kill_switch_ignored: [
    {
      file: 'src/activities/write-limits.ts',
      find: '  if (!killSwitch?.engaged) return null;',
      replace: '  if (!killSwitch?.engaged || killSwitch.at > 0) return null;',
    },
    {
      file: 'src/domain/rollout/gate.ts',
      find: '  if (facts.killSwitch?.engaged) hold(',
      replace: '  if (facts.killSwitch?.engaged && facts.now < 0) hold(',
    },
  ],
  envelope_ignored: [
    {
      file: 'src/clients/postgres/ledger.ts',
      find: 'after!.moved > envelope.limit',
      replace: 'after!.moved > 100 * envelope.limit',
    },
    {
      file: 'src/domain/rollout/gate.ts',
      find: '  if (moved + wanted <= limit) return null;',
      replace: '  if (moved + wanted <= 100 * limit) return null;',
    },
  ],
  // Meta's errors are stored unchanged.
  errors_not_scrubbed: [
    {
      file: 'src/clients/meta/scrub.ts',
      find: '    let clean = text;\n',
      replace: '    if (text.length > 0) return text;\n    let clean = text;\n',
    },
  ],
  // The base is remembered by the process that made the first write; another process takes the budgets that it finds.
  undo_from_memory: [
    {
      file: 'src/activities/budgets.ts',
      find: '  const send = createSender(deps);\n',
      replace: [
        '  const send = createSender(deps);',
        '  const remembered = new Map<string, Budgets>();',
        '  const baseOf = (experimentId: string, current: Budgets): Budgets => {',
        '    if (!remembered.has(experimentId)) remembered.set(experimentId, current);',
        '    return remembered.get(experimentId)!;',
        '  };',
        '',
      ].join('\n'),
    },
    {
      file: 'src/activities/budgets.ts',
      find: '        const { base } = promotion.plan;\n        const { current, failed } = await readEach(Object.keys(base));\n',
      replace:
        '        const { current, failed } = await readEach(Object.keys(promotion.plan.base));\n        const base = baseOf(experiment.id, current);\n',
    },
    {
      file: 'src/activities/budgets.ts',
      find: '\n      const { base } = promotion.plan;\n      const { current, failed } = await readEach(Object.keys(base));\n',
      replace:
        '\n      const { current, failed } = await readEach(Object.keys(promotion.plan.base));\n      const base = baseOf(experimentId, current);\n',
    },
  ],
  // Evidence of harm counts from the last write, so there is none before the first one.
  harm_from_last_write: [
    {
      file: 'src/activities/delivery.ts',
      find: 'const decided = await decidedAt(experiment.id, promotion);',
      replace:
        "const written = (await store.listLedger(experiment.id)).findLast((row) => row.outcome === 'applied');\n    const decided = written?.settledAt ?? now;",
    },
  ],
  old_decision_carried_out: [
    {
      file: 'src/domain/decision/check-grid.ts',
      find: 'return since + checkEveryHours * HOUR_MS;',
      replace: 'return since + 1_000 * checkEveryHours * HOUR_MS;',
    },
  ],
  dropped_winner_promoted: [
    {
      file: 'src/workflows/running.ts',
      find: 'if (!participants(experiment, run.now()).some(({ id }) => id === decision.winnerVariantId)) return null;',
      replace: 'if (participants(experiment, run.now()).length === 0) return null;',
    },
    {
      file: 'src/activities/promotions.ts',
      find: 'if (!compared.some(({ id }) => id === winnerVariantId))',
      replace: 'if (compared.length === 0)',
    },
  ],
  dropped_ad_blocks: [
    {
      file: 'src/activities/inspection.ts',
      find: '(await readBudgetContext(meta, compared))',
      replace: '(await readBudgetContext(meta, experiment.variants))',
    },
  ],
  split_not_compared: [
    {
      file: 'src/activities/gates.ts',
      find: 'phase === VERIFICATION && !shadow',
      replace: 'phase === VERIFICATION && shadow && promotion.forced',
    },
  ],
  account_day_in_utc: [
    {
      file: 'src/activities/account-day.ts',
      find: 'timezone ??= await callingMeta(async () => (await meta.getAccount()).timezone);',
      replace: "timezone ??= 'UTC';",
    },
  ],
  every_currency_has_cents: [
    {
      file: 'src/domain/budget.ts',
      find: 'return Math.round(major * currencyOffset(currency));',
      replace: 'return Math.round(major * 100);',
    },
  ],
};
