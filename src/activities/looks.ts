import { createHash } from 'node:crypto';
import type { Observation, Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import type { Decision, PairEvidence, VariantMetrics } from '../domain/decision.js';
import { rateRatio } from '../domain/evidence/rate-ratio.js';
import { sequential } from '../domain/evidence/sequential.js';
import type { SequentialState } from '../domain/evidence/sequential-state.js';
import type { PairRow, Rule, RuleSettings } from '../domain/evidence/types.js';
import { welchOfProportions } from '../domain/evidence/welch.js';
import { type Experiment, HOUR_MS, type Policy } from '../domain/experiment.js';
import { decide } from '../domain/verdict.js';
import type { Announce } from '../events.js';
import { permanent } from './failures.js';

const RULES: Record<Policy['rule'], Rule<SequentialState>> = { sequential };

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
      until: Math.floor(dueAt / HOUR_MS) * HOUR_MS,
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
        const state = before ? rule.decode(before) : rule.start(settings);
        const { evidence, state: after } = rule.look(settings, state, pairRows(observations, a, b), hours);
        nextStates[key] = rule.encode(after);
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
      const over = (x: string, y: string) => rateRatio(pairRows(observations, y, x));
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
  };
}

/** Each pair once, in the order of the variants: the control is A wherever it takes part. */
function pairsOf(experiment: Experiment): [string, string][] {
  const ids = experiment.variants.map((variant) => variant.id);
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b): [string, string] => [a, b]));
}

/** Rows of the hours in which both ads delivered. */
function pairRows(observations: readonly Observation[], a: string, b: string): PairRow[] {
  const ofA = new Map(observations.filter((row) => row.variantId === a).map((row) => [row.bucketStart, row]));
  return observations.flatMap((row): PairRow[] => {
    const other = row.variantId === b ? ofA.get(row.bucketStart) : undefined;
    if (!other || other.impressions === 0 || row.impressions === 0) return [];
    return [
      {
        impressionsA: other.impressions,
        clicksA: other.linkClicks,
        impressionsB: row.impressions,
        clicksB: row.linkClicks,
      },
    ];
  });
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
