import type { Decision, Verdict } from '../../domain/decision/decision.js';
import { withMessage } from './enter-message.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { LookSummary, Store } from './types.js';

interface DecisionRow {
  experiment_id: string;
  look_number: number;
  due_at: number;
  seen_until: number;
  decided_at: number;
  rule: string;
  rule_version: string;
  verdict: Verdict;
  winner_variant_id: string | null;
  leader_variant_id: string | null;
  confidence: number;
  pairs: Decision['pairs'];
  metrics: Decision['metrics'];
  reasons: string[];
  health: Decision['health'];
  outlook: Decision['outlook'];
  setting: Decision['setting'];
  account_drift: Decision['accountDrift'];
  input_hash: string;
  asked_by: string;
}

function toDecision(row: DecisionRow): Decision {
  return {
    experimentId: row.experiment_id,
    lookNumber: row.look_number,
    dueAt: row.due_at,
    seenUntil: row.seen_until,
    decidedAt: row.decided_at,
    rule: row.rule,
    ruleVersion: row.rule_version,
    verdict: row.verdict,
    winnerVariantId: row.winner_variant_id,
    leaderVariantId: row.leader_variant_id,
    confidence: row.confidence,
    pairs: row.pairs,
    metrics: row.metrics,
    reasons: row.reasons,
    health: row.health,
    outlook: row.outlook,
    setting: row.setting,
    accountDrift: row.account_drift,
    inputHash: row.input_hash,
    askedBy: row.asked_by,
  };
}

/** How many looks keep their states: the next look starts from the last one, a repeated look from the one before it. */
const KEPT_LOOKS = 2;

/** Older tests say little about how an account's ads behave now, and each costs the look a read. */
const HISTORY_TESTS = 100;

/** The latest decision of each of these experiments, by experiment id; none for an experiment without a look. */
export async function latestDecisions(
  { pool, scope }: Database,
  ids: string[],
): Promise<Map<string, Decision>> {
  const rows = await run<DecisionRow>(
    pool,
    // One step into the index per experiment: "distinct on" would read every look of each.
    `select d.* from unnest($3::text[]) as wanted (id)
      cross join lateral (select * from auto_promotion.decisions
        where (environment, account_id, experiment_id) = ($1, $2, wanted.id)
        order by look_number desc limit 1) d`,
    [scope.environment, scope.accountId, ids],
  );
  return new Map(rows.map((row) => [row.experiment_id, toDecision(row)]));
}

/** The same as {@link latestDecisions}, without what lists don't show: reading a thousand whole decisions takes seconds. */
export async function lookSummaries(
  { pool, scope }: Database,
  ids: string[],
): Promise<Map<string, LookSummary>> {
  const rows = await run<
    Pick<
      DecisionRow,
      | 'experiment_id'
      | 'look_number'
      | 'due_at'
      | 'decided_at'
      | 'winner_variant_id'
      | 'leader_variant_id'
      | 'confidence'
      | 'pairs'
      | 'health'
    > & { daily_budgets: LookSummary['dailyBudgets'] }
  >(
    pool,
    `select d.* from unnest($3::text[]) as wanted (id)
      cross join lateral (select experiment_id, look_number, due_at, decided_at, winner_variant_id,
          leader_variant_id, confidence, pairs, health, setting->'dailyBudgets' as daily_budgets
        from auto_promotion.decisions
        where (environment, account_id, experiment_id) = ($1, $2, wanted.id)
        order by look_number desc limit 1) d`,
    [scope.environment, scope.accountId, ids],
  );
  return new Map(
    rows.map((row) => [
      row.experiment_id,
      {
        lookNumber: row.look_number,
        dueAt: row.due_at,
        decidedAt: row.decided_at,
        winnerVariantId: row.winner_variant_id,
        leaderVariantId: row.leader_variant_id,
        confidence: row.confidence,
        pairs: row.pairs,
        health: row.health ?? [],
        dailyBudgets: row.daily_budgets,
      },
    ]),
  );
}

type DecisionStore = Pick<
  Store,
  | 'getDecision'
  | 'latestDecision'
  | 'firstDecisionFor'
  | 'listDecisions'
  | 'saveDecision'
  | 'ruleStates'
  | 'driftHistory'
>;

/** The decisions, and the rule's state after each look. */
export function decisionStore(database: Database): DecisionStore {
  const { pool, scope } = database;
  const mine = [scope.environment, scope.accountId];

  async function read(experimentId: string, rest: string, values: unknown[]): Promise<Decision[]> {
    const rows = await run<DecisionRow>(
      pool,
      `select * from auto_promotion.decisions
        where (environment, account_id, experiment_id) = ($1, $2, $3) ${rest}`,
      [...mine, experimentId, ...values],
    );
    return rows.map(toDecision);
  }

  async function getDecision(experimentId: string, lookNumber: number): Promise<Decision | null> {
    const [decision] = await read(experimentId, 'and look_number = $4', [lookNumber]);
    return decision ?? null;
  }

  return {
    getDecision,

    async latestDecision(experimentId) {
      const [decision] = await read(experimentId, 'order by look_number desc limit 1', []);
      return decision ?? null;
    },

    async firstDecisionFor(experimentId, winnerVariantId) {
      const rest = 'and winner_variant_id = $4 order by look_number limit 1';
      const [decision] = await read(experimentId, rest, [winnerVariantId]);
      return decision ?? null;
    },

    listDecisions: (experimentId, { limit, offset }) =>
      read(experimentId, 'order by look_number desc limit $4 offset $5', [limit, offset]),

    async saveDecision(decision, ruleStates, entry) {
      // One statement, so that a look is never stored without the states that the next one needs.
      const [saved] = await withMessage(database, entry, (ask) =>
        ask<DecisionRow>(
          `with saved as (
            insert into auto_promotion.decisions (environment, account_id, experiment_id, look_number, due_at, seen_until,
              decided_at, rule, rule_version, verdict, winner_variant_id, leader_variant_id, confidence, pairs, metrics,
              reasons, health, outlook, setting, account_drift, input_hash, asked_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
            on conflict (environment, account_id, experiment_id, look_number) do nothing
            returning *
          ), entered as (
            insert into auto_promotion.rule_states (environment, account_id, experiment_id, look_number, pair, state)
            select environment, account_id, experiment_id, look_number, pair, state
            from saved, unnest($23::text[], $24::bytea[]) as after (pair, state)
          ), dropped as (
            delete from auto_promotion.rule_states old using saved
            where (old.environment, old.account_id, old.experiment_id)
                = (saved.environment, saved.account_id, saved.experiment_id)
              and old.look_number <= saved.look_number - ${KEPT_LOOKS}
          )
          select * from saved`,
          [
            ...mine,
            decision.experimentId,
            decision.lookNumber,
            instant(decision.dueAt),
            instant(decision.seenUntil),
            instant(decision.decidedAt),
            decision.rule,
            decision.ruleVersion,
            decision.verdict,
            decision.winnerVariantId,
            decision.leaderVariantId,
            decision.confidence,
            jsonb(decision.pairs),
            jsonb(decision.metrics),
            decision.reasons,
            jsonb(decision.health),
            decision.outlook === null ? null : jsonb(decision.outlook),
            decision.setting === null ? null : jsonb(decision.setting),
            decision.accountDrift === null ? null : jsonb(decision.accountDrift),
            decision.inputHash,
            decision.askedBy,
            Object.keys(ruleStates),
            Object.values(ruleStates),
          ],
        ),
      );
      if (saved) return toDecision(saved);
      const stored = await getDecision(decision.experimentId, decision.lookNumber);
      if (!stored)
        throw new Error(
          `look ${decision.lookNumber} of ${decision.experimentId} was neither stored nor found`,
        );
      return stored;
    },

    async driftHistory({ objective, strata, rule, ruleVersion, except }) {
      // A test's pairs with the control come first.
      const rows = await run<{ log_likelihoods: number[][] }>(
        pool,
        `select (
            select jsonb_agg(pair #> '{evidence,drift,logLikelihood}' order by position)
            from jsonb_array_elements(latest.pairs) with ordinality as each (pair, position)
            where pair ->> 'variantA' = latest.pairs #>> '{0,variantA}'
              and pair #> '{evidence,drift,logLikelihood}' is not null
          ) as log_likelihoods
          from auto_promotion.ab_tests test
          cross join lateral (
            select pairs, rule, rule_version from auto_promotion.decisions
            where (environment, account_id, experiment_id)
                = (test.environment, test.account_id, test.experiment_id)
            order by look_number desc limit 1
          ) latest
          where (test.environment, test.account_id) = ($1, $2) and test.policy ->> 'objective' = $3
            and coalesce(test.policy ->> 'strata', 'hour') = $7
            and (latest.rule, latest.rule_version) = ($4, $5) and test.experiment_id is distinct from $6
            and latest.pairs #> '{0,evidence,drift}' is not null
          order by test.started_at desc, test.experiment_id limit ${HISTORY_TESTS}`,
        [...mine, objective, rule, ruleVersion, except, strata],
      );
      return rows.map((row) => row.log_likelihoods);
    },

    async ruleStates(experimentId, lookNumber) {
      const rows = await run<{ pair: string | null; state: Buffer | null }>(
        pool,
        `select s.pair, s.state
          from auto_promotion.decisions d
          left join auto_promotion.rule_states s
            on (s.environment, s.account_id, s.experiment_id, s.look_number)
              = (d.environment, d.account_id, d.experiment_id, d.look_number)
          where (d.environment, d.account_id, d.experiment_id, d.look_number) = ($1, $2, $3, $4)
            and d.look_number > (
              select max(look_number) - ${KEPT_LOOKS} from auto_promotion.decisions
              where (environment, account_id, experiment_id) = ($1, $2, $3))
          order by s.pair collate "C"`,
        [...mine, experimentId, lookNumber],
      );
      if (rows.length === 0) return null;
      const states: Record<string, Uint8Array> = {};
      for (const { pair, state } of rows)
        if (pair !== null && state !== null) states[pair] = new Uint8Array(state);
      return states;
    },
  };
}
