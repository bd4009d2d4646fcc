/** The ad accounts of a deployment side by side: what needs someone to act, what moves, and what limits it. */
import type { AccountSummaryJson } from '../../api/accounts/read.js';
import type { Reader } from '../format.js';
import { EnvelopeOfToday } from '../parts/envelope.js';
import { Figure, Instant, Money } from '../parts/figures.js';

interface AccountsProps {
  accounts: readonly AccountSummaryJson[];
  locale: string;
  pace: { now: number; scale: number };
}

export function Accounts({ accounts, locale, pace }: AccountsProps) {
  const acting = accounts.filter(({ counts }) => counts.act > 0).length;
  return (
    <>
      <h1>Accounts</h1>
      <p>
        {accounts.length === 0
          ? 'Your token may use none of the accounts that this service serves.'
          : acting === 0
            ? 'No account needs anyone to act.'
            : `${acting} of ${accounts.length} accounts need someone to act.`}
      </p>
      <div class="accounts">
        {accounts.map((account) => (
          <Account
            account={account}
            reader={{ locale, timezone: account.timezone ?? 'UTC', now: pace.now, scale: pace.scale }}
          />
        ))}
      </div>
    </>
  );
}

const COUNTS = [
  ['act', 'need someone to act'],
  ['rollout', 'roll out'],
  ['running', 'run'],
  ['paused', 'are paused'],
  ['ended', 'have ended'],
] as const;

function Account({ account, reader }: { account: AccountSummaryJson; reader: Reader }) {
  const { account_id: id, name, base, counts, currency, kill_switch: stop } = account;
  return (
    <section class="card" data-account={id} aria-labelledby={`account-${id}`}>
      <h2 id={`account-${id}`}>
        <a href={`${base}/`}>{name ?? id}</a>
      </h2>
      <p class="muted">
        {id}, {currency ?? 'currency not known'}, {account.timezone ?? 'time zone not known'}
      </p>
      {account.meta && <p class="warn">{account.meta}</p>}
      {stop?.engaged && (
        <p class="error">
          All budget writes are stopped by {stop.by} <Instant iso={stop.at} reader={reader} />: {stop.reason}
        </p>
      )}
      <dl>
        <dt>Tests</dt>
        <dd>
          {COUNTS.map(([group, words], index) => (
            <>
              {index > 0 && ', '}
              <Figure field={`counts.${group}`} value={counts[group]}>
                {counts[group]}
              </Figure>{' '}
              {words}
            </>
          ))}
        </dd>
        <dt>Moved to winners</dt>
        <dd>
          {currency === null ? (
            'not known while Meta does not answer'
          ) : (
            <>
              <Money field="moved_cents" amount={account.moved_cents} currency={currency} reader={reader} />{' '}
              per day, of which{' '}
              <Money
                field="at_risk_cents"
                amount={account.at_risk_cents}
                currency={currency}
                reader={reader}
              />{' '}
              at risk
            </>
          )}
        </dd>
        <dt>Envelope per day</dt>
        <dd>
          <EnvelopeOfToday account={account} reader={reader} />
        </dd>
        <dt>Budget writes</dt>
        <dd>{account.writes === 'on' ? 'on' : 'in shadow: nothing is changed'}</dd>
      </dl>
    </section>
  );
}
