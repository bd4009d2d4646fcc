/** What the insights workflow does. Each step finds out from the record what there is to do, and is safe to run twice. */
import { Context } from '@temporalio/activity';
import type { ClaudeClient } from '../../clients/claude/client.js';
import { type InsightsAnswer, readInsights } from '../../clients/claude/insights-answer.js';
import { INSIGHTS_PROMPT_VERSION } from '../../clients/claude/insights-question.js';
import type { ExperimentClock } from '../../clients/clock.js';
import type { Store } from '../../clients/postgres/types.js';
import type {
  AskOutcome,
  Extraction,
  KeptClaim,
  Labelling,
  SettledExtraction,
} from '../../contract/insights.js';
import type { Experiment } from '../../domain/experiment.js';
import { CLAIM_SIDES, type Claim } from '../../domain/insights/claim.js';
import { confidenceOf } from '../../domain/insights/form.js';
import { insightsMessage } from '../../domain/insights/message.js';
import { offlineClaims, unreadableNote } from '../../domain/insights/offline.js';
import { insightSentence } from '../../domain/insights/sentences.js';
import {
  type ClaudeFailure,
  isRetryable,
  type OfflineReason,
  outcomeOf,
} from '../../domain/insights/status.js';
import { type DroppedClaim, judgeClaims } from '../../domain/insights/swap.js';
import type { ForeignEffect } from '../../domain/patterns/evidence.js';
import { permanent } from '../failures.js';
import { type LearningWaker, NO_LEARNING } from '../learning/waker.js';
import { NO_OUTBOX, type Outbox } from '../outbox.js';
import { knownAttributes, statementOf } from './library.js';
import { type Material, materialOf, type RanCreatives } from './material.js';
import { cutNotes, isComparable, questionOf, seenOf } from './question.js';

/** Claude, and how much it may cost: millionths of a US dollar per calendar month (UTC). */
export interface PaidClaude {
  client: ClaudeClient;
  monthlyLimit: number;
}

/** How an extraction ended, for the history: no claim and no text. */
export interface ExtractionEnd {
  status: Extraction['status'];
  kept: number;
  dropped: number;
}

export interface PreparedExtraction {
  /** `finish`: Claude is not asked. */
  next: 'ask' | 'finish';
  reason: OfflineReason | null;
}

export function createInsightActivities(deps: {
  store: Store;
  clock: ExperimentClock;
  /** Null: there is no key. */
  claude?: PaidClaude | null;
  ranCreatives?: RanCreatives;
  /** Effects of attributes that were learned elsewhere. */
  foreignEffects?: ReadonlyMap<string, ForeignEffect>;
  /** Names of the account's brands. */
  brandNames?: readonly string[];
  outbox?: Outbox;
  waker?: LearningWaker;
  /** Real time, epoch ms: Claude is paid by real months. */
  now?: () => number;
}) {
  const { store, clock, claude = null, ranCreatives = deps.store, now = Date.now } = deps;
  const { outbox = NO_OUTBOX, waker = NO_LEARNING, foreignEffects = new Map<string, ForeignEffect>() } = deps;
  const { brandNames = [] } = deps;

  async function experimentOf(experimentId: string): Promise<Experiment> {
    const experiment = await store.getExperiment(experimentId);
    if (!experiment) throw permanent('UnknownExperiment', `no experiment ${experimentId} here`);
    return experiment;
  }

  async function extractionOf(experimentId: string, number: number): Promise<Extraction> {
    const extraction = await store.getExtraction(experimentId, number);
    if (!extraction) throw permanent('UnknownExtraction', `no extraction ${number} of ${experimentId}`);
    return extraction;
  }

  async function winOf(experiment: Experiment): Promise<Material | null> {
    const outcome = outcomeOf(experiment);
    return outcome?.kind === 'won'
      ? materialOf({ store, creatives: ranCreatives, brandNames }, experiment, outcome.winnerVariantId)
      : null;
  }

  async function settle(
    experiment: Experiment,
    settled: Omit<SettledExtraction, 'experimentId' | 'finishedAt'>,
  ): Promise<ExtractionEnd> {
    const at = await clock.now();
    const claims = settled.claims.length;
    const isReady = claims > 0 && (settled.status === 'extracted' || settled.status === 'offline');
    const message = isReady
      ? insightsMessage(experiment, { claims, text: insightSentence(settled.reason), at })
      : null;
    const stored = await store.settleExtraction(
      { ...settled, experimentId: experiment.id, finishedAt: at },
      outbox.entryOf(message),
    );
    if (message) await outbox.wake(message.kind);
    // New statements are to be found by meaning, and what was seen in pictures counts for patterns.
    if (stored.status === 'extracted') void waker.wake({ forecasts: false, learning: true });
    return endOf(stored);
  }

  /** The accepted answers; null if one of the two questions has none. */
  async function answersOf(extraction: Extraction): Promise<Record<Labelling, InsightsAnswer> | null> {
    const calls = await store.listCalls(extraction.experimentId, extraction.number);
    const answer = (labels: Labelling) => {
      const call = calls.find((each) => each.labels === labels && each.outcome === 'answered');
      const read = call?.response == null ? null : readInsights(call.response);
      return typeof read === 'string' ? null : read;
    };
    const [asIs, swapped] = [answer('as_is'), answer('exchanged')];
    return asIs && swapped ? { as_is: asIs, exchanged: swapped } : null;
  }

  async function withEvidence(claims: readonly Claim[]): Promise<{ kept: KeptClaim[]; confidence: number }> {
    const known = await knownAttributes(store, foreignEffects, claims);
    const kept = claims.map((claim) => ({ ...claim, patternId: null, evidence: known.evidence(claim) }));
    const sum = claims.reduce((total, claim) => total + known.probability(claim), 0);
    return { kept, confidence: claims.length === 0 ? 0 : sum / claims.length };
  }

  /** Each claim that was kept becomes a stated pattern. A repeated call finds the same ones. */
  async function state(claims: readonly KeptClaim[], experimentId: string): Promise<KeptClaim[]> {
    const at = await clock.now();
    const stated: KeptClaim[] = [];
    for (const claim of claims) {
      const { pattern } = await store.statePattern(statementOf(claim, experimentId, at));
      stated.push({ ...claim, patternId: pattern.id });
    }
    return stated;
  }

  return {
    /** Enters the extraction that the end of the test asks for, and returns the number of the one to do; null if there is none. */
    async dueExtraction(experimentId: string): Promise<number | null> {
      const { endedAt } = await experimentOf(experimentId);
      if (endedAt !== null && (await isDue(experimentId, endedAt)))
        await store.requestExtraction({
          experimentId,
          key: `end ${endedAt}`,
          by: 'service',
          at: await clock.now(),
        });
      return (await store.pendingExtraction(experimentId))?.number ?? null;
    },

    /** Whether Claude is to be asked. */
    async prepareExtraction(experimentId: string, number: number): Promise<PreparedExtraction> {
      const finish = (reason: OfflineReason | null): PreparedExtraction => ({ next: 'finish', reason });
      const extraction = await extractionOf(experimentId, number);
      const material = extraction.status === 'pending' ? await winOf(await experimentOf(experimentId)) : null;
      if (material === null || !isComparable(material)) return finish(null);
      if (claude === null) return finish({ code: 'no_key' });
      return claude.monthlyLimit === 0 ? finish({ code: 'no_budget' }) : { next: 'ask', reason: null };
    },

    /**
     * Asks Claude one of the two questions, unless it is answered. The question is entered before it is sent, and its answer
     * before anything else is done with it: a worker that is killed costs at most this one question again. What Claude
     * answers, or that it doesn't, is returned, not thrown. `tries`: earlier ones of this question.
     */
    async askClaude(
      experimentId: string,
      number: number,
      labels: Labelling,
      tries: number,
    ): Promise<AskOutcome> {
      const material = await winOf(await experimentOf(experimentId));
      if (claude === null || material === null)
        return { kind: 'failed', failure: { code: 'bad_request', status: null } };
      const { client, monthlyLimit: limit } = claude;
      const question = questionOf(material, labels);
      const which = { experimentId, number, labels };
      const begun = await store.beginCall({
        ...which,
        model: client.model,
        promptVersion: INSIGHTS_PROMPT_VERSION,
        reserve: client.mostCost(question),
        limit,
        at: now(),
      });
      if (begun.kind === 'spent') return { ...begun, limit };
      if (begun.kind !== 'begun') return begun;
      const reply = await client.ask(question, Context.current().cancellationSignal);
      const failure = reply.failure ?? formFailure(reply.text);
      await store.settleCall(
        { ...which, attempt: begun.attempt },
        {
          outcome: failure?.code ?? 'answered',
          httpStatus: failure?.status ?? null,
          inputTokens: reply.inputTokens,
          outputTokens: reply.outputTokens,
          cost: reply.cost,
          stopReason: reply.stopReason,
          response: reply.text,
          at: now(),
        },
      );
      if (failure === null) return { kind: 'answered' };
      if (!isRetryable(failure.code)) return { kind: 'failed', failure };
      await store.noteExtraction(experimentId, number, { code: 'waiting', failure, tries: tries + 1 });
      return { kind: 'wait', failure, retryAfterMs: reply.retryAfterMs };
    },

    /** Judges the answers, or compares the attributes of the two ads, and ends the extraction. */
    async finishExtraction(
      experimentId: string,
      number: number,
      offline: OfflineReason | null,
    ): Promise<ExtractionEnd> {
      const extraction = await extractionOf(experimentId, number);
      if (extraction.status !== 'pending') return endOf(extraction);
      const experiment = await experimentOf(experimentId);
      const outcome = outcomeOf(experiment);
      const material = await winOf(experiment);
      if (material === null) {
        const code = outcome?.kind === 'not_won' ? outcome.code : 'reverted';
        return settle(experiment, { ...EMPTY, number, status: 'not_applicable', reason: { code } });
      }
      const found = {
        ...EMPTY,
        number,
        winnerVariantId: material.winner.id,
        loserVariantId: material.loser.id,
        metrics: material.metrics,
      };
      if (!isComparable(material)) {
        const { notes } = material;
        return settle(experiment, {
          ...found,
          notes,
          status: 'failed',
          reason: { code: 'nothing_to_compare' },
        });
      }
      const answers = offline === null ? await answersOf(extraction) : null;
      if (answers === null)
        return settle(experiment, {
          ...found,
          ...(await offlineResult(material, offline ?? UNREADABLE)),
        });

      const { kept, dropped } = judgeClaims(answers.as_is.claims, answers.exchanged.claims, material.pair);
      const claims = await state((await withEvidence(kept)).kept, experimentId);
      const { visualNotes, dropped: droppedNotes } = seenOf(material, answers);
      const calls = await store.listCalls(experimentId, number);
      const answered = calls.find((call) => call.labels === 'as_is' && call.outcome === 'answered')!;
      return settle(experiment, {
        ...found,
        status: 'extracted',
        reason: {
          code: 'extracted',
          kept: kept.length,
          dropped: dropped.length,
          ...(droppedNotes > 0 && { droppedNotes }),
        },
        model: answered.model,
        promptVersion: answered.promptVersion,
        claims,
        dropped,
        confidence: confidenceOf(answers.as_is.confidence, kept.length, dropped.length),
        visualNotes,
        notes: [...material.notes, ...cutNotes(material)],
      });
    },

    /** Ends an extraction that failed because of a fault of the service. */
    async failExtraction(experimentId: string, number: number): Promise<ExtractionEnd> {
      const experiment = await experimentOf(experimentId);
      return settle(experiment, { ...EMPTY, number, status: 'failed', reason: { code: 'fault' } });
    },
  };

  /**
   * Whether the end of the test asks for an extraction. Nobody pays for two: an ask by a user since the end is enough. Nobody
   * pays unasked for a test that ended before extractions existed.
   */
  async function isDue(experimentId: string, endedAt: number): Promise<boolean> {
    const all = await store.listExtractions(experimentId);
    return all.every(({ requestedAt, reason }) => requestedAt < endedAt && reason.code !== 'ended_before');
  }

  async function offlineResult(material: Material, reason: OfflineReason) {
    const { pair, winner, loser } = material;
    const claims = offlineClaims(pair, {
      winner: winner.creative.visualNotes,
      loser: loser.creative.visualNotes,
    });
    const { kept, confidence } = await withEvidence(claims);
    const languages = CLAIM_SIDES.flatMap((side) => unreadableNote(pair[side]) ?? []);
    const none = claims.length === 0 && languages.length === 0 ? [NO_DIFFERENCE] : [];
    const notes = [...material.notes, ...languages, ...none];
    return { status: 'offline' as const, reason, claims: kept, confidence, notes };
  }
}

export type InsightActivities = ReturnType<typeof createInsightActivities>;

/** An answer that an older version has accepted, and this one can't read. */
const UNREADABLE: OfflineReason = {
  code: 'claude_failed',
  failure: { code: 'schema_violation', status: null },
};

const NO_DIFFERENCE = 'No attribute that can be read differs between the two ads.';

const EMPTY = {
  winnerVariantId: null,
  loserVariantId: null,
  model: null,
  promptVersion: null,
  claims: [] as KeptClaim[],
  dropped: [] as DroppedClaim[],
  metrics: null,
  confidence: null,
  visualNotes: {} as Record<string, string>,
  notes: [] as string[],
};

function endOf({ status, claims, dropped }: Extraction): ExtractionEnd {
  return { status, kept: claims.length, dropped: dropped.length };
}

function formFailure(answer: string | null): ClaudeFailure | null {
  const read = answer === null ? 'empty_answer' : readInsights(answer);
  return typeof read === 'string' ? { code: read, status: null } : null;
}
