import { createHash } from 'node:crypto';
import type { Observation, Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import type { Decision, PairEvidence, VariantMetrics } from '../domain/decision.js';
import { rateRatio } from '../domain/evidence/rate-ratio.js';
import { RULES } from '../domain/evidence/rules.js';
import type { PairRow, RuleSettings } from '../domain/evidence/types.js';
import { welchOfProportions } from '../domain/evidence/welch.js';
import { type Experiment, HOUR_MS, type Policy } from '../domain/experiment.js';
import { decide } from '../domain/verdict.js';
import type { Announce } from '../events.js';
import { permanent } from './failures.js';
import { endOfClosedHours } from './observations.js';

/** Blocks of 24 h from the start: the account's own days would leave broken ones at both ends. */
const DAY_MS = 24 * HOUR_MS;

/** Where the ads stand, without spending any error: what a promotion by force and an approval need. */
export interface Standing {
  leaderVariantId: string | null;
  /** Log rate ratio of the leader over its closest rival, and its standard error. */
  theta: number;
  se: number;
  metrics: Record<string, VariantMetrics>;
}

/** Statistics run here, so that Temporal records the number and a later formula can't break replay. */
export function createLookActivities(deps: { store: Store; clock: ExperimentClock; announce: Announce }) {
  const { store, clock, announce } = deps;

  async function load(experimentId: string): Promise<Experiment> {
    const experiment = await store.getExperiment(experimentId);
    if (!experiment) throw permanent('UnknownExperiment', `no experiment ${experimentId}`);
    return experiment;
  }

  /** Versions known now, of the whole closed hours between the start and `dueAt`. */
  async function observe(experiment: Experiment, dueAt: number) {
    const seenUntil = await clock.now();
    const observations = await store.observationsAsKnown({
      experimentId: experiment.id,
      since: experiment.startedAt,
      until: endOfClosedHours(dueAt),
      seenUntil,
    });
    return { observations, seenUntil };
  }

  return {
    /** Decides one look. The same number asked for twice gives the stored answer and spends nothing. */
    async look(request: {
      experimentId: string;
      lookNumber: number;
      dueAt: number;
      askedBy: string;
    }): Promise<Decision> {
      const stored = await store.getDecision(request.experimentId, request.lookNumber);
      if (stored) return stored;
      const experiment = await load(request.experimentId);
      const { policy } = experiment;
      const rule = RULES[policy.rule];
      const settings = ruleSettings(policy);
      const previous = await store.getDecision(experiment.id, request.lookNumber - 1);
      const states =
        request.lookNumber === 1 ? {} : await store.ruleStates(experiment.id, request.lookNumber - 1);
      if (states === null) {
        throw permanent(
          'LookOutOfOrder',
          `look ${request.lookNumber} of ${experiment.id}: look ${request.lookNumber - 1} is not kept`,
        );
      }
      const { observations, seenUntil } = await observe(experiment, request.dueAt);
      const hours = (request.dueAt - experiment.startedAt) / HOUR_MS;
      const metrics = metricsOf(experiment, observations);
      const hash = createHash('sha256').update(JSON.stringify({ settings, hours, observations }));

      const nextStates: Record<string, Uint8Array> = {};
      const pairs = pairsOf(experiment).map(([a, b]): PairEvidence => {
        const key = `${a}|${b}`;
        const before = states[key];
        if (before) hash.update(key).update(before);
        const run = before ? rule.resume(settings, before) : rule.start(settings);
        const { evidence, after } = run.look(pairRows(experiment, observations, a, b), hours);
        nextStates[key] = after.encode();
        const calledBefore =
          previous?.pairs.find((pair) => pair.variantA === a && pair.variantB === b)?.calledWinner ?? null;
        const called = evidence.winner === null ? calledBefore : evidence.winner === 'A' ? a : b;
        return { variantA: a, variantB: b, evidence, calledWinner: called, welch: welchOf(metrics, a, b) };
      });

      const verdict = decide({
        variants: experiment.variants,
        policy,
        pairs,
        metrics,
        lookNumber: request.lookNumber,
        hours,
      });
      const decision = await store.saveDecision(
        {
          ...verdict,
          experimentId: experiment.id,
          lookNumber: request.lookNumber,
          dueAt: request.dueAt,
          seenUntil,
          decidedAt: await clock.now(),
          rule: rule.name,
          ruleVersion: rule.version,
          pairs,
          metrics,
          inputHash: hash.digest('hex'),
          askedBy: request.askedBy,
        },
        nextStates,
      );
      announce({
        at: decision.decidedAt,
        kind: 'decision',
        experimentId: experiment.id,
        text: `look ${decision.lookNumber} at ${Math.round(hours)} h: ${decision.verdict}. ${decision.reasons.join(' ')}`,
      });
      return decision;
    },

    /** Point estimates as of `dueAt`: no look, nothing stored. */
    async standing(request: { experimentId: string; dueAt: number }): Promise<Standing> {
      const experiment = await load(request.experimentId);
      const { observations } = await observe(experiment, request.dueAt);
      const ids = experiment.variants.map((variant) => variant.id);
      const clustering = { clusterByDay: experiment.policy.strict };
      const over = (x: string, y: string) => rateRatio(pairRows(experiment, observations, y, x), clustering);
      const leads = (x: string) => ids.every((y) => y === x || over(x, y).theta > 0);
      const leader = ids.find(leads) ?? null;
      const closest =
        leader === null
          ? null
          : ids
              .filter((id) => id !== leader)
              .map((id) => over(leader, id))
              .reduce((least, estimate) => (estimate.theta < least.theta ? estimate : least));
      return {
        leaderVariantId: leader,
        theta: closest?.theta ?? 0,
        se: closest?.se ?? 0,
        metrics: metricsOf(experiment, observations),
      };
    },
  };
}

export type LookActivities = ReturnType<typeof createLookActivities>;

function ruleSettings(policy: Policy): RuleSettings {
  return {
    confidence: policy.confidence,
    horizonHours: policy.horizonHours,
    minimumHours: policy.minimumRunHours,
    minimumClicks: policy.minimumClicks,
    minimumImpressions: policy.minimumImpressions,
    strict: policy.strict,
  };
}

/** Each pair once, in the order of the variants: the control is A wherever it takes part. */
function pairsOf(experiment: Experiment): [string, string][] {
  const ids = experiment.variants.map((variant) => variant.id);
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b): [string, string] => [a, b]));
}

/** The hours of two variants, those too in which one of them was silent; rules leave out what they can't compare. */
function pairRows(
  { startedAt }: Experiment,
  observations: readonly Observation[],
  a: string,
  b: string,
): PairRow[] {
  const rows = new Map<number, PairRow>();
  for (const { variantId, bucketStart, impressions, linkClicks } of observations) {
    if (variantId !== a && variantId !== b) continue;
    const day = Math.floor((bucketStart - startedAt) / DAY_MS);
    const row = rows.get(bucketStart) ?? { exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0, day };
    rows.set(
      bucketStart,
      variantId === a
        ? { ...row, exposureA: impressions, eventsA: linkClicks }
        : { ...row, exposureB: impressions, eventsB: linkClicks },
    );
  }
  return [...rows.values()];
}

function metricsOf(
  experiment: Experiment,
  observations: readonly Observation[],
): Record<string, VariantMetrics> {
  const sum = (id: string, pick: (row: Observation) => number) =>
    observations.reduce((total, row) => (row.variantId === id ? total + pick(row) : total), 0);
  return Object.fromEntries(
    experiment.variants.map(({ id }) => [
      id,
      {
        impressions: sum(id, (row) => row.impressions),
        clicks: sum(id, (row) => row.clicks),
        linkClicks: sum(id, (row) => row.linkClicks),
        spend: sum(id, (row) => row.spend),
        conversions: sum(id, (row) => row.conversions),
        revenue: sum(id, (row) => row.revenue),
      },
    ]),
  );
}

function welchOf(metrics: Record<string, VariantMetrics>, a: string, b: string): PairEvidence['welch'] {
  const of = (id: string) => ({ trials: metrics[id]!.impressions, successes: metrics[id]!.linkClicks });
  return welchOfProportions(of(a), of(b));
}
