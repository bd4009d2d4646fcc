/** What limits the account's rollouts, what is at risk now, and the kill switch. */
import type { z } from '@hono/zod-openapi';
import type { AccountAnswer } from '../../api/account/responses.js';
import { atStake } from '../../api/accounts/read.js';
import type { FreezesJson } from '../../api/freezes/read.js';
import type { HookJson } from '../../api/hooks/read.js';
import { KILL_SWITCH_RELEASE } from '../../api/http/needed-roles.js';
import { mayActAs } from '../../api/http/principal.js';
import type { OverviewRowJson } from '../../api/overview/to-json.js';
import type { GateJson } from '../experiment/read.js';
import type { Reader } from '../format.js';
import { EnvelopeOfToday } from '../parts/envelope.js';
import { Figure, Instant, Money } from '../parts/figures.js';
import { Form, Link } from '../parts/links.js';
import { StateBadge } from '../parts/state-badge.js';
import { WhoAndWhy } from '../parts/who-and-why.js';
import type { Viewer } from '../viewer.js';
import { Word } from '../words/word.js';
import { FreezeWindows } from './freezes.js';
import { HookList } from './hooks.js';

type AccountJson = z.output<typeof AccountAnswer>;

export interface AccountViewFacts {
  account: AccountJson;
  /** Tests whose budgets differ from their base, or would in shadow. */
  moved: readonly OverviewRowJson[];
  /** The last gate of each rollout in shadow, by experiment id. */
  shadow: ReadonlyMap<string, GateJson>;
  freezes: FreezesJson;
  typedWindow: Readonly<Record<string, string>> | null;
  hooks: readonly HookJson[];
  reader: Reader;
  viewer: Viewer;
  notice: { isError: boolean; text: string } | null;
  formKey: string;
}

export function AccountView(facts: AccountViewFacts) {
  const { account, reader, notice } = facts;
  return (
    <>
      <h1>Account {account.account_id}</h1>
      {notice && (
        <p class={notice.isError ? 'error' : 'good'} role={notice.isError ? 'alert' : 'status'}>
          {notice.text}
        </p>
      )}
      {account.meta && <p class="warn">{account.meta}</p>}
      <KillSwitch {...facts} />
      <section class="card" aria-labelledby="limits">
        <h2 id="limits">Limits</h2>
        <dl>
          <dt>Budget writes</dt>
          <dd>
            {account.kill_switch?.engaged
              ? 'stopped by the kill switch'
              : account.freeze
                ? account.freeze.text
                : account.writes === 'on'
                  ? 'on: rollouts change budgets'
                  : 'in shadow: rollouts show what they would write and change nothing'}
          </dd>
          <dt>
            <Word of="envelope">Envelope</Word> per day
          </dt>
          <dd>
            <EnvelopeOfToday account={account} reader={reader} />
          </dd>
          <dt>Currency, time zone</dt>
          <dd>
            {account.currency ?? 'not known'}, {account.timezone ?? 'not known'}
          </dd>
        </dl>
      </section>
      <FreezeWindows {...facts} timezone={account.timezone} />
      <AtRisk {...facts} />
      <HookList hooks={facts.hooks} viewer={facts.viewer} reader={reader} />
    </>
  );
}

function KillSwitch({ account, viewer, reader, formKey }: AccountViewFacts) {
  const known = account.kill_switch;
  const engaged = known?.engaged === true;
  const needed = engaged ? KILL_SWITCH_RELEASE : 'operator';
  const mayTurn = mayActAs(viewer.principal, needed);
  return (
    <section class="card" aria-labelledby="kill-switch">
      <h2 id="kill-switch">
        <Word of="kill_switch" />
      </h2>
      {engaged ? (
        <p class="error">
          Engaged by {known.by} <Instant iso={known.at} reader={reader} />: {known.reason}. No budget of this
          account is written until it is released. Reverts go on.
        </p>
      ) : (
        <p>Not engaged. It holds every rollout of this account at once; running tests and reverts go on.</p>
      )}
      <Form method="post" action="/account/kill-switch" class="actions">
        <div>
          <input type="hidden" name="csrf" value={viewer.csrf} />
          <input type="hidden" name="key" value={formKey} />
          <input type="hidden" name="engaged" value={engaged ? 'false' : 'true'} />
          <WhoAndWhy viewer={viewer} disabled={!mayTurn} />
          <button type="submit" class={engaged ? 'quiet' : 'danger'} disabled={!mayTurn}>
            {engaged ? 'Release the kill switch' : 'Stop all budget writes'}
          </button>
          {!mayTurn && <p class="note">This needs the role {needed}.</p>}
        </div>
      </Form>
      {account.kill_switch_changes.length > 0 && (
        <details open={engaged}>
          <summary>Who used it</summary>
          <ul>
            {account.kill_switch_changes.map(({ engaged, by, reason, at }) => (
              <li>
                <Figure field="kill_switch_at" value={at}>
                  <Instant iso={at} reader={reader} />
                </Figure>
                : {engaged ? 'engaged' : 'released'} by {by} ({reason})
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function AtRisk({ account, moved, shadow, reader }: AccountViewFacts) {
  const currency = account.currency ?? moved[0]?.currency ?? null;
  const total = atStake(moved).at_risk_cents;
  return (
    <section class="card" aria-labelledby="at-risk">
      <h2 id="at-risk">
        <Word of="at_risk">At risk</Word> now
      </h2>
      {currency === null || moved.length === 0 ? (
        <p class="note">No budget is moved.</p>
      ) : (
        <>
          <p>
            <Money field="at_risk_total_cents" amount={total} currency={currency} reader={reader} /> per day,
            if each lift is at the worst end of its interval.
          </p>
          <ul class="rows">
            {moved.map((row) => (
              <li data-experiment={row.experiment_id}>
                <Link href={`/experiments/${row.experiment_id}`}>{row.name}</Link>{' '}
                <StateBadge state={row.state} shadow={row.shadow} />{' '}
                <Money
                  field="moved_cents"
                  amount={row.moved_cents}
                  currency={row.currency}
                  reader={reader}
                  change
                />{' '}
                moved,{' '}
                <Money
                  field="at_risk_cents"
                  amount={row.at_risk_cents}
                  currency={row.currency}
                  reader={reader}
                />{' '}
                at risk
                <WouldWrite gate={shadow.get(row.experiment_id)} currency={row.currency} reader={reader} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** In shadow: the budgets that the next step would have set. */
function WouldWrite(props: { gate: GateJson | undefined; currency: string; reader: Reader }) {
  const { gate, currency, reader } = props;
  if (!gate) return null;
  return (
    <ul>
      {gate.ad_sets.map(({ ad_set_id, budget_cents, target_cents }) => (
        <li>
          phase {gate.phase} would set ad set {ad_set_id}{' '}
          {budget_cents !== null && (
            <>
              from <Money
                field="budget_cents"
                amount={budget_cents}
                currency={currency}
                reader={reader}
              />{' '}
            </>
          )}
          {target_cents !== null && (
            <>
              to <Money field="target_cents" amount={target_cents} currency={currency} reader={reader} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
