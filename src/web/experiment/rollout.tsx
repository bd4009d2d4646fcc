/** The rollout step by step: what was set, what was read back, what the gate found. */

import { shortAdName } from '../../domain/ad-name.js';
import { type Reader, share } from '../format.js';
import { Figure, Instant, Money, MoneyMove } from '../parts/figures.js';
import { Word } from '../words/word.js';
import type { GateJson, LedgerRowJson, StatusJson } from './read.js';

export function Rollout(props: {
  experiment: StatusJson;
  ledger: readonly LedgerRowJson[];
  gates: readonly GateJson[];
  reader: Reader;
}) {
  const { experiment, ledger, gates, reader } = props;
  const money = experiment.budget_reallocation;
  if (money === null) return null;
  const { currency } = experiment;
  const nameOf = (adSetId: string) =>
    shortAdName(
      experiment.variants,
      experiment.variants.find(({ ad_set_id }) => ad_set_id === adSetId)?.id ?? adSetId,
    );
  return (
    <section class="card" aria-labelledby="rollout-title">
      <h2 id="rollout-title">Rollout</h2>
      {money.status === 'shadow' && (
        <p class="note">
          In <Word of="shadow">shadow</Word>: this is what would have been written. No budget was changed.
        </p>
      )}
      <dl>
        <dt>Budget of all ads per day</dt>
        <dd>
          <Money
            field="total_budget_cents"
            amount={money.total_budget_cents}
            currency={currency}
            reader={reader}
          />
        </dd>
        <dt>Winner, before and now</dt>
        <dd>
          <MoneyMove
            from={['winner_old_budget_cents', money.winner_old_budget_cents]}
            to={['winner_current_budget_cents', money.winner_current_budget_cents]}
            currency={currency}
            reader={reader}
          />
        </dd>
        <dt>Others, before and now</dt>
        <dd>
          <MoneyMove
            from={['loser_old_budget_cents', money.loser_old_budget_cents]}
            to={['loser_current_budget_cents', money.loser_current_budget_cents]}
            currency={currency}
            reader={reader}
          />
        </dd>
        <dt>
          <Word of="at_risk">At risk</Word> per day
        </dt>
        <dd>
          <Money field="at_risk_cents" amount={money.at_risk_cents} currency={currency} reader={reader} />{' '}
          <span class="muted">if the lift is at the worst end of its interval</span>
        </dd>
      </dl>
      <ol class="timeline">
        <li>
          <strong>Start: {share(money.winner_old_budget_cents / money.total_budget_cents)}</strong> for the
          winner
        </li>
        {money.phases.map((phase, index) => (
          <li class={phase.read_back_at ? 'done' : 'open'}>
            <strong>
              {index === 0 ? <Word of="phase">Phase</Word> : 'Phase'} {phase.name}:{' '}
              <Figure field="winner_share" value={phase.winner_share}>
                {share(phase.winner_share)}
              </Figure>
            </strong>{' '}
            {phase.read_back_at ? (
              <>
                read back <Instant iso={phase.read_back_at} reader={reader} />
              </>
            ) : (
              <span class="muted">not done</span>
            )}
            <Writes
              rows={ledger.filter((row) => row.phase === phase.name)}
              currency={currency}
              reader={reader}
              nameOf={nameOf}
            />
            <Findings gates={before(gates, money.phases, index)} reader={reader} />
          </li>
        ))}
      </ol>
      <Findings gates={before(gates, money.phases, money.phases.length).slice(-LAST_GATES)} reader={reader} />
    </section>
  );
}

/** So many gates after the last phase are shown: a verification has one per day. */
const LAST_GATES = 3;

type PhaseJson = NonNullable<StatusJson['budget_reallocation']>['phases'][number];

/**
 * The gates on the way to a phase, in the order of time: those before it, and those of a hold before it. For the number of
 * all phases: those after the last one.
 */
function before(gates: readonly GateJson[], phases: readonly PhaseJson[], index: number): GateJson[] {
  const stepOf = ({ phase, at }: GateJson): number => {
    const named = phases.findIndex(({ name }) => name === phase);
    if (named >= 0) return named;
    // A drop has steps of its own.
    if (phase !== 'held' && phase !== 'verification') return -1;
    const next = phases.findIndex(
      ({ read_back_at: done }) => done === null || Date.parse(done) > Date.parse(at),
    );
    return phase === 'verification' || next < 0 ? phases.length : next;
  };
  return gates
    .filter((gate) => stepOf(gate) === index)
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** What a gate was for. */
function gateName(phase: string): string {
  if (phase === 'held') return 'while held';
  return phase === 'verification' ? 'daily check of the verification' : `before phase ${phase}`;
}

function Writes(props: {
  rows: readonly LedgerRowJson[];
  currency: string;
  reader: Reader;
  nameOf(adSetId: string): string;
}) {
  const { rows, currency, reader, nameOf } = props;
  if (rows.length === 0) return null;
  return (
    <ul>
      {rows.map((row) => (
        <li>
          {nameOf(row.ad_set_id)}:{' '}
          <MoneyMove
            from={['before', row.before]}
            to={['intended', row.intended]}
            currency={currency}
            reader={reader}
          />{' '}
          {row.read_back === null ? (
            <span class="muted">{row.outcome}</span>
          ) : (
            <span class="muted">
              read back as{' '}
              <Money field="read_back" amount={row.read_back} currency={currency} reader={reader} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Findings({ gates, reader }: { gates: readonly GateJson[]; reader: Reader }) {
  const found = gates.filter(({ findings }) => findings.length > 0);
  if (found.length === 0) return null;
  return (
    <ul>
      {found.map((gate, index) => (
        <li>
          <span class="muted">
            {index === 0 ? <Word of="gate">Gate</Word> : 'Gate'} {gateName(gate.phase)},{' '}
            <Instant iso={gate.at} reader={reader} />, {gate.outcome}:
          </span>{' '}
          {gate.findings.map(({ message }) => message).join(' ')}
        </li>
      ))}
    </ul>
  );
}
