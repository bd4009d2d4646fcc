/** Programmes of tests whose truth is known: the default rule decides each test, and the compound report sums them up. */

import { type DriftHistory, pooledHistory } from '../../src/domain/evidence/drift.js';
import { RULES } from '../../src/domain/evidence/rules.js';
import { DEFAULT_POLICY, type Variant } from '../../src/domain/experiment.js';
import { type CompoundReport, compoundReport } from '../../src/domain/reporting/compound-report.js';
import type { DecidedTest } from '../../src/domain/reporting/decided-test.js';
import { Random } from '../../src/sandbox/random.js';
import { decisionOf } from '../../src/tools/analyze/decision.js';
import { drawRows, TRUTHS, type World } from './worlds.js';

const { rule, horizonHours, checkEveryHours } = DEFAULT_POLICY;
const SETTINGS = {
  confidence: DEFAULT_POLICY.confidence,
  horizonHours,
  minimumHours: DEFAULT_POLICY.minimumRunHours,
  minimumClicks: DEFAULT_POLICY.minimumClicks,
  minimumImpressions: DEFAULT_POLICY.minimumImpressions,
};

const NO_CREATIVE = { hook: null, headline: null, text: null, script: null, visualNotes: null };
const VARIANTS = (['control', 'challenger'] as const).map(
  (role): Variant => ({ id: role, role, adId: role, adSetId: role, creative: NO_CREATIVE }),
);

/** What the report says of a programme, and what is true of the same promotions. */
export interface Programme {
  report: CompoundReport;
  /** Promotions, of challengers and of controls. */
  promotions: number;
  /** Of challengers: only these gain. */
  challengers: number;
  /** Promotions whose winner is truly no better. */
  withoutGain: number;
  /** Sum of the true log lifts of the promoted challengers. */
  trueLogLift: number;
}

export function simulateProgramme(world: World, seed: number, tests: number): Programme {
  const random = new Random(`programme/${world}/${seed}`);
  const decided: DecidedTest[] = [];
  // As an account would: each test learns from the drift in those before it.
  const drifts: number[][][] = [];
  let [challengers, promotions, withoutGain, trueLogLift] = [0, 0, 0, 0];
  for (let index = 0; index < tests; index++) {
    const truth = TRUTHS[world](random);
    const { winner, test, drift } = decide(random, truth, index, pooledHistory(drifts));
    decided.push(test);
    drifts.push([drift]);
    if (winner === null) continue;
    promotions++;
    if ((winner === 'challenger' ? truth : -truth) <= 0) withoutGain++;
    if (winner === 'control') continue;
    challengers++;
    trueLogLift += truth;
  }
  return { report: compoundReport(decided), promotions, challengers, withoutGain, trueLogLift };
}

function decide(random: Random, truth: number, index: number, history: DriftHistory) {
  const rows = drawRows(random, horizonHours, truth);
  const decision = decisionOf({ rule, settings: SETTINGS, checkEveryHours, rows }, history);
  const hours = decision?.hours ?? horizonHours;
  // The estimate as the rule reports it at that look; a single look of a fresh run is enough for that.
  const { evidence } = RULES[rule].start(SETTINGS).look(rows.slice(0, hours), hours, history);
  const winner = decision === null ? null : decision.winner === 'B' ? 'challenger' : 'control';
  const { theta, se } = evidence;
  const test: DecidedTest = {
    experiment: { variants: VARIANTS, policy: DEFAULT_POLICY, promotedAt: winner === null ? null : index },
    promotion: winner && {
      winnerVariantId: winner,
      status: 'completed',
      confidence: DEFAULT_POLICY.confidence,
      theta: winner === 'challenger' ? theta : -theta,
      se,
    },
    verification: null,
    harmAtGate: false,
    lastDecision: {
      pairs: [
        {
          variantA: 'control',
          variantB: 'challenger',
          evidence,
          calledWinner: decision?.winner ?? null,
          welch: null,
        },
      ],
    },
  };
  return { winner, test, drift: evidence.drift?.logLikelihood ?? [] };
}
