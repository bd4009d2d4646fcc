import { isDeepStrictEqual } from 'node:util';
import type { AcceptedDifferences } from '../../domain/comparability.js';
import type { EarlierDelivery } from '../../domain/earlier-delivery.js';
import {
  type Experiment,
  type ExperimentState,
  type Extension,
  isEnded,
  type Variant,
} from '../../domain/experiment.js';
import { policyAtLook } from '../../domain/extension.js';
import type { Hold } from '../../domain/rollout/hold.js';
import type { StateReason } from '../../domain/state-reason.js';
import { enterMessage } from './enter-message.js';
import { AdSetLeased, ExperimentExists, ExperimentNotFound } from './errors.js';
import { enterUses } from './pattern-uses.js';
import {
  type Database,
  instant,
  instantOrNull,
  jsonb,
  jsonbOrNull,
  type Run,
  run,
  transaction,
} from './query.js';
import type { Store, TransitionResult } from './types.js';

interface ExperimentRow {
  experiment_id: string;
  name: string;
  environment: 'sandbox' | 'live';
  account_id: string;
  currency: string;
  state: ExperimentState;
  reason: StateReason;
  hold: Hold | null;
  state_changed_at: number;
  policy: Experiment['policy'];
  variants: Variant[];
  dropped: Record<string, number>;
  extensions: Extension[];
  accepted_differences: AcceptedDifferences | null;
  started_at: number;
  earlier_delivery: EarlierDelivery | null;
  winner_variant_id: string | null;
  promoted_at: number | null;
  ended_at: number | null;
}

/** Columns of an experiment `t` as {@link toExperiment} reads them. */
const EXPERIMENT_COLUMNS = `
  t.experiment_id, t.name, t.environment, t.account_id, t.currency, t.state, t.reason, t.hold, t.state_changed_at,
  t.policy, t.started_at, t.winner_variant_id, t.promoted_at, t.ended_at, t.dropped,
  t.extensions, t.accepted_differences, t.earlier_delivery,
  (select jsonb_agg(jsonb_build_object('id', v.variant_id, 'role', v.role, 'adId', v.ad_id, 'adSetId', v.ad_set_id,
      'creative', jsonb_build_object('hook', v.hook, 'headline', v.headline, 'text', v.primary_text,
        'script', v.script, 'visualNotes', v.visual_notes))
        || case when v.draft_id is null then '{}' else jsonb_build_object('draftId', v.draft_id) end order by v.position)
    from auto_promotion.ab_test_variants v
    where (v.environment, v.account_id, v.experiment_id) = (t.environment, t.account_id, t.experiment_id)) as variants`;

/** The policy keeps its first horizon. */
function extended({ policy, extensions }: ExperimentRow): Experiment['policy'] {
  const last = extensions.at(-1);
  return last ? { ...policy, horizonHours: last.horizonHours } : policy;
}

function toExperiment(row: ExperimentRow): Experiment {
  return {
    id: row.experiment_id,
    name: row.name,
    environment: row.environment,
    accountId: row.account_id,
    currency: row.currency,
    state: row.state,
    reason: row.reason,
    hold: row.hold,
    stateChangedAt: row.state_changed_at,
    policy: extended(row),
    ...(row.extensions.length > 0 ? { extensions: row.extensions } : {}),
    variants: row.variants,
    ...(Object.keys(row.dropped).length > 0 ? { dropped: row.dropped } : {}),
    ...(row.accepted_differences ? { acceptedDifferences: row.accepted_differences } : {}),
    startedAt: row.started_at,
    ...(row.earlier_delivery ? { earlierDelivery: row.earlier_delivery } : {}),
    winnerVariantId: row.winner_variant_id,
    promotedAt: row.promoted_at,
    endedAt: row.ended_at,
  };
}

/** The experiments of these ids, by id. */
export async function experimentsById(
  { pool, scope }: Database,
  ids: string[],
): Promise<Map<string, Experiment>> {
  const rows = await run<ExperimentRow>(
    pool,
    `select ${EXPERIMENT_COLUMNS} from auto_promotion.ab_tests t
      where (t.environment, t.account_id) = ($1, $2) and t.experiment_id = any($3)`,
    [scope.environment, scope.accountId, ids],
  );
  return new Map(rows.map((row) => [row.experiment_id, toExperiment(row)]));
}

type ExperimentStore = Pick<
  Store,
  | 'createExperiment'
  | 'registerExperiment'
  | 'getExperiment'
  | 'listExperiments'
  | 'countExperiments'
  | 'dropVariant'
  | 'extendHorizon'
  | 'keepHold'
  | 'keepEarlierDelivery'
  | 'transition'
>;

/** Experiments, their states and the leases of their ad sets. */
export function experimentStore({ pool, scope }: Database): ExperimentStore {
  const mine = [scope.environment, scope.accountId];
  const inPool: Run = (text, values) => run(pool, text, values);

  async function read(ask: Run, id: string): Promise<Experiment | null> {
    const [row] = await ask<ExperimentRow>(
      `select ${EXPERIMENT_COLUMNS} from auto_promotion.ab_tests t
        where (t.environment, t.account_id, t.experiment_id) = ($1, $2, $3)`,
      [...mine, id],
    );
    return row ? toExperiment(row) : null;
  }

  async function existing(ask: Run, id: string): Promise<Experiment> {
    const experiment = await read(ask, id);
    if (!experiment) throw new ExperimentNotFound(id);
    return experiment;
  }

  /** Takes them in the order of the ids, so that two experiments that want the same ad sets can't deadlock. */
  async function takeLeases(ask: Run, experimentId: string): Promise<void> {
    for (;;) {
      await ask(
        `insert into auto_promotion.ad_set_leases (environment, account_id, ad_set_id, experiment_id)
          select environment, account_id, ad_set_id, experiment_id from auto_promotion.ab_test_variants
            where (environment, account_id, experiment_id) = ($1, $2, $3) order by ad_set_id
          on conflict do nothing`,
        [...mine, experimentId],
      );
      const [missing] = await ask<{ ad_set_id: string; holder: string | null }>(
        `select v.ad_set_id, l.experiment_id as holder
          from auto_promotion.ab_test_variants v
          left join auto_promotion.ad_set_leases l
            on (l.environment, l.account_id, l.ad_set_id) = (v.environment, v.account_id, v.ad_set_id)
          where (v.environment, v.account_id, v.experiment_id) = ($1, $2, $3)
            and l.experiment_id is distinct from v.experiment_id
          order by v.position limit 1`,
        [...mine, experimentId],
      );
      if (!missing) return;
      if (missing.holder !== null) throw new AdSetLeased(missing.ad_set_id, missing.holder);
      // The holder released it between the two statements, so it is free now: try again.
    }
  }

  async function dropLeases(ask: Run, experimentId: string): Promise<void> {
    await ask(
      `delete from auto_promotion.ad_set_leases where (environment, account_id, experiment_id) = ($1, $2, $3)`,
      [...mine, experimentId],
    );
  }

  /** Whether it was inserted; false if the id is taken. */
  async function insert(ask: Run, experiment: Experiment): Promise<boolean> {
    const inserted = await ask(
      `insert into auto_promotion.ab_tests (environment, account_id, experiment_id, name, currency, state,
          reason, hold, state_changed_at, policy, started_at, winner_variant_id, promoted_at, ended_at,
          accepted_differences, earlier_delivery)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (environment, account_id, experiment_id) do nothing returning 1`,
      [
        ...mine,
        experiment.id,
        experiment.name,
        experiment.currency,
        experiment.state,
        jsonb(experiment.reason),
        jsonbOrNull(experiment.hold),
        instant(experiment.stateChangedAt),
        jsonb(experiment.policy),
        instant(experiment.startedAt),
        experiment.winnerVariantId,
        instantOrNull(experiment.promotedAt),
        instantOrNull(experiment.endedAt),
        jsonbOrNull(experiment.acceptedDifferences),
        jsonbOrNull(experiment.earlierDelivery),
      ],
    );
    if (inserted.length === 0) return false;
    await ask(
      `insert into auto_promotion.ab_test_variants (environment, account_id, experiment_id, variant_id, position, role,
          ad_id, ad_set_id, hook, headline, primary_text, script, visual_notes, draft_id)
        select $1, $2, $3, v->>'id', position - 1, v->>'role', v->>'adId', v->>'adSetId', v->'creative'->>'hook',
          v->'creative'->>'headline', v->'creative'->>'text', v->'creative'->>'script', v->'creative'->>'visualNotes',
          v->>'draftId'
        from jsonb_array_elements($4::jsonb) with ordinality as each (v, position)`,
      [...mine, experiment.id, jsonb(experiment.variants)],
    );
    await enterUses(ask, scope, experiment.id);
    return true;
  }

  const register: Store['registerExperiment'] = async (experiment) => {
    if (experiment.environment !== scope.environment || experiment.accountId !== scope.accountId)
      throw new RangeError(
        `experiment ${experiment.id} belongs to ${experiment.environment} ${experiment.accountId}, this store to ${scope.environment} ${scope.accountId}`,
      );
    return transaction(pool, async (ask) => {
      const isNew = await insert(ask, experiment);
      if (isNew && !isEnded(experiment.state)) await takeLeases(ask, experiment.id);
      const stored = await existing(ask, experiment.id);
      if (!isNew && !isDeepStrictEqual(contentOf(stored), contentOf(experiment)))
        throw new ExperimentExists(`experiment ${experiment.id} already exists with other content`);
      return { experiment: stored, isNew };
    });
  };

  return {
    registerExperiment: register,
    createExperiment: async (experiment) => (await register(experiment)).experiment,

    getExperiment: (id) => read(inPool, id),

    async listExperiments({ states, limit, offset, after }) {
      const rows = await inPool<ExperimentRow>(
        `select ${EXPERIMENT_COLUMNS} from auto_promotion.ab_tests t
          where (t.environment, t.account_id) = ($1, $2) and ($3::text[] is null or t.state = any($3))
            and ($6::timestamptz is null or t.started_at <= $6 and (t.started_at < $6 or t.experiment_id > $7))
          order by t.started_at desc, t.experiment_id limit $4 offset $5`,
        [...mine, states ?? null, limit, offset, instantOrNull(after?.startedAt), after?.id ?? null],
      );
      return rows.map(toExperiment);
    },

    async countExperiments({ states }) {
      const [row] = await inPool<{ count: number }>(
        `select count(*)::int as count from auto_promotion.ab_tests t
          where (t.environment, t.account_id) = ($1, $2) and ($3::text[] is null or t.state = any($3))`,
        [...mine, states ?? null],
      );
      return row!.count;
    },

    async dropVariant(experimentId, variantId, at) {
      await inPool(
        `update auto_promotion.ab_tests set dropped = jsonb_build_object($4::text, $5::bigint) || dropped
          where (environment, account_id, experiment_id) = ($1, $2, $3)`,
        [...mine, experimentId, variantId, at],
      );
      return existing(inPool, experimentId);
    },

    async extendHorizon(experimentId, extension) {
      await inPool(
        `update auto_promotion.ab_tests set extensions = extensions || $4::jsonb
          where (environment, account_id, experiment_id) = ($1, $2, $3)
            and not extensions @> jsonb_build_array(jsonb_build_object('controlId', $5::text))`,
        [...mine, experimentId, jsonb([extension]), extension.controlId],
      );
      return existing(inPool, experimentId);
    },

    async keepHold(experimentId, hold) {
      await inPool(
        `update auto_promotion.ab_tests set hold = $4
          where (environment, account_id, experiment_id) = ($1, $2, $3) and state = 'held'`,
        [...mine, experimentId, jsonb(hold)],
      );
    },

    async keepEarlierDelivery(experimentId, delivery) {
      await inPool(
        `update auto_promotion.ab_tests
          set earlier_delivery = jsonb_set(earlier_delivery, '{read}', $4::jsonb)
          where (environment, account_id, experiment_id) = ($1, $2, $3) and earlier_delivery->'read' = 'null'::jsonb`,
        [...mine, experimentId, jsonb(delivery)],
      );
      return existing(inPool, experimentId);
    },

    async transition(transition, messageOf): Promise<TransitionResult> {
      const { experimentId, from, to, reason, hold = null, at } = transition;
      return transaction(pool, async (ask) => {
        const swapped = await ask(
          `update auto_promotion.ab_tests
            set state = $5, reason = $6, hold = $7, state_changed_at = $8, ended_at = $9,
              winner_variant_id = case when $5 in ('running', 'paused') then null else coalesce($10, winner_variant_id) end, promoted_at = coalesce($11, promoted_at)
            where (environment, account_id, experiment_id) = ($1, $2, $3) and state = $4
            returning 1`,
          [
            ...mine,
            experimentId,
            from,
            to,
            jsonb(reason),
            jsonbOrNull(hold),
            instant(at),
            isEnded(to) ? instant(at) : null,
            transition.winnerVariantId ?? null,
            instantOrNull(transition.promotedAt),
          ],
        );
        const done = swapped.length > 0;
        if (done && isEnded(to)) await dropLeases(ask, experimentId);
        if (done && isEnded(from) && !isEnded(to)) await takeLeases(ask, experimentId);
        const experiment = await existing(ask, experimentId);
        const entry = done ? messageOf?.(experiment) : null;
        if (entry) await enterMessage(ask, scope, entry);
        const happenedBefore =
          experiment.state === to &&
          experiment.stateChangedAt === at &&
          isDeepStrictEqual(experiment.reason, JSON.parse(jsonb(reason)));
        return { ok: done || happenedBefore, experiment };
      });
    },
  };
}

/** The content that makes two registrations the same, compared as JSON: undefined fields are left out. */
function contentOf(experiment: Experiment): unknown {
  const { name, currency, variants, earlierDelivery } = experiment;
  const countsEarlier = Boolean(earlierDelivery?.declared);
  return JSON.parse(jsonb({ name, currency, policy: policyAtLook(experiment, 0), variants, countsEarlier }));
}
