/** The verification of the lift: when its result is due, or what it was. */

import { shortAdName } from '../../domain/ad-name.js';
import { intervalText, isCost, type Reader } from '../format.js';
import { Instant, LiftBy } from '../parts/figures.js';
import type { Viewer } from '../viewer.js';
import { Word } from '../words/word.js';
import type { ExperimentFacts } from './read.js';

/** Until the result: when it is due, and what the daily checks say. */
function BeingVerified({ experiment, gates, reader, viewer }: VerificationFacts) {
  const { verification_due_at: dueAt } = experiment;
  if (dueAt === null) return null;
  const days = gates.filter(({ phase }) => phase === 'verification');
  return (
    <section class="card" aria-labelledby="verification">
      <h2 id="verification">
        <Word of="verification" />
      </h2>
      <p>
        The result is due <Instant iso={dueAt} reader={reader} />. Until then the ads and their budgets are
        checked every day, and evidence that the winner is worse restores the budgets at once.
      </p>
      <p class="muted">
        {days.length === 0 ? (
          'There was no daily check yet.'
        ) : (
          <>
            Daily checks so far: {days.length}, the last <Instant iso={days.at(-1)!.at} reader={reader} />.
            The lift is judged once, at the end.
          </>
        )}
        {viewer && ' “Check now” says how the lift stands so far.'}
      </p>
    </section>
  );
}

type VerificationFacts = Pick<ExperimentFacts, 'experiment' | 'gates'> & {
  reader: Reader;
  /** Null: a client, who has no controls. */
  viewer: Viewer | null;
};

export function Verification(facts: VerificationFacts) {
  const { experiment, reader } = facts;
  const { verification, recheck } = experiment;
  if (verification === null) return <BeingVerified {...facts} />;
  const { objective } = experiment.policy;
  return (
    <section class="card" aria-labelledby="verification">
      <h2 id="verification">
        <Word of="verification" />
      </h2>
      <p class={verification.outcome === 'verified' ? 'good' : 'warn'}>{verification.message}</p>
      <p>
        {shortAdName(experiment.variants, verification.winner_variant_id)}{' '}
        {isCost(objective) ? 'against' : 'over'}{' '}
        {shortAdName(experiment.variants, verification.rival_variant_id)}:{' '}
        <LiftBy
          field="lift"
          value={verification.lift}
          objective={objective}
          interval={verification.interval}
        />
        {verification.interval && ` (90 % interval: ${intervalText(verification.interval, objective)})`},{' '}
        <Instant iso={verification.decided_at} reader={reader} />
      </p>
      {recheck && <p class="note">{recheck.message}</p>}
    </section>
  );
}
