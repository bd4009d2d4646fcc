/** One test on the page of new tests: its fields, its ads, and what it would do. */
import type { Child } from 'hono/jsx';
import type { PreviewJson, ProposalJson } from '../../api/setup/responses.js';
import { METRICS, OBJECTIVES } from '../../domain/metric.js';
import { chanceText, money, type Reader, share } from '../format.js';
import { AdTable } from './ad-table.js';
import { DraftOfEachAd } from './drafts.js';
import { EarlierDelivery } from './earlier-delivery.js';
import { type DraftsToTest, isObjective, type TypedTest } from './form.js';
import { WhatItDoes } from './what-it-does.js';

interface TestProps {
  typed: TypedTest;
  drafts: DraftsToTest;
  /** Why it has not started; null if it was not tried or could start. */
  failure: string | null;
  mayAct: boolean;
  /** No token is set, so the form asks who declares something. */
  asksName: boolean;
}

export function ProposedTest({
  proposal,
  preview,
  isNewPreview,
  typed,
  drafts,
  failure,
  currency,
  reader,
  mayAct,
  asksName,
}: TestProps & {
  proposal: ProposalJson;
  preview: PreviewJson;
  /** Whether the preview is that of the typed values. */
  isNewPreview: boolean;
  currency: string;
  reader: Reader;
}) {
  const { key } = typed;
  const names = new Map(proposal.ads.map(({ ad_id, name }) => [ad_id, name]));
  const byAdSet = new Map(proposal.ads.map(({ ad_set, name }) => [ad_set.ad_set_id, name]));
  return (
    <Card typed={typed} failure={failure} mayAct={mayAct}>
      <DraftOfEachAd typed={typed} names={names} drafts={drafts} mayAct={mayAct} />
      <details open={isNewPreview || failure !== null}>
        <summary>
          {inShort(proposal, currency, reader)}{' '}
          <span class={preview.can_start ? 'muted' : 'refused'}>{promiseOf(preview, typed)}</span>
        </summary>
        <p class="muted">Campaign “{proposal.campaign.name}”</p>
        <AdTable proposal={proposal} controlAdId={typed.controlAdId} currency={currency} reader={reader} />
        <WhatItDoes preview={preview} names={names} byAdSet={byAdSet} currency={currency} reader={reader} />
        <EarlierDelivery
          typed={typed}
          mayAct={mayAct}
          asksName={asksName}
          isRefused={failure !== null}
          earlier={preview.earlier_delivery}
        />
        <details open={isNewPreview || failure !== null}>
          <summary>Change objective, control, duration, approval and texts</summary>
          <Settings typed={typed} names={names} mayAct={mayAct}>
            <p class="muted" id={`why-${key}`}>
              {proposal.objective_why} {proposal.control_why}
            </p>
          </Settings>
        </details>
      </details>
    </Card>
  );
}

/** The ads and what they spend, in a line. */
function inShort({ ads }: ProposalJson, currency: string, reader: Reader): string {
  const budgets = ads.map(({ ad_set }) => ad_set.daily_budget_cents ?? 0);
  const total = money(
    budgets.reduce((sum, amount) => sum + amount, 0),
    currency,
    reader,
  );
  return `${ads.map(({ name }) => name).join(' against ')}, ${total} per day:`;
}

/** The lift for which the line of a test names the chance, a fraction. */
const NAMED_LIFT = 0.2;

/** What the test can find, in a line. */
function promiseOf({ can_start: canStart, power }: PreviewJson, { objective }: TypedTest): string {
  if (!canStart) return "can't start like this";
  const [nearest] = [...(power.chances ?? [])].sort(
    (a, b) => Math.abs(a.lift - NAMED_LIFT) - Math.abs(b.lift - NAMED_LIFT),
  );
  if (!nearest || !isObjective(objective)) return 'its chances are not known';
  const direction = nearest.shown_lift > 0 ? 'higher' : 'lower';
  const change = `${share(Math.abs(nearest.shown_lift))} ${direction}`;
  return `finds a ${METRICS[objective].label} ${change} with a chance of ${chanceText(nearest.chance)}`;
}

/** A test whose ads the account doesn't propose now: what was typed is kept and can be sent again. */
export function KeptTest({ typed, drafts, failure, mayAct, asksName }: TestProps) {
  const names = new Map(typed.ads.map(({ adId, headline }) => [adId, headline || `Ad ${adId}`]));
  return (
    <Card typed={typed} failure={failure} mayAct={mayAct}>
      <DraftOfEachAd typed={typed} names={names} drafts={drafts} mayAct={mayAct} />
      <p class="note">The account does not propose this test now. What you typed is kept.</p>
      <details open>
        <summary>Objective, control, duration, approval, what counts and texts</summary>
        <EarlierDelivery
          typed={typed}
          mayAct={mayAct}
          asksName={asksName}
          isRefused={failure !== null}
          earlier={null}
        />
        <Settings typed={typed} names={names} mayAct={mayAct} />
      </details>
    </Card>
  );
}

function Card({
  typed,
  failure,
  mayAct,
  children,
}: Pick<TestProps, 'typed' | 'failure' | 'mayAct'> & { children?: Child }) {
  const { key, id, name, ticked } = typed;
  const lacksName = failure !== null && name.trim() === '';
  return (
    <li class="card proposal" id={`test-${key}`}>
      <input type="hidden" name="test" value={key} />
      <input type="hidden" name={`id.${key}`} value={id} />
      <div class="pick">
        <label>
          <input type="checkbox" name="start" value={key} checked={ticked} disabled={!mayAct} /> Start this
          test
        </label>
        <label class="field">
          <span>Name</span>
          <input
            name={`name.${key}`}
            value={name}
            maxlength={200}
            aria-invalid={lacksName ? 'true' : undefined}
          />
          {lacksName && <strong class="fault">Type a name for the test.</strong>}
        </label>
      </div>
      {failure && <p class="error">{failure}</p>}
      {children}
    </li>
  );
}

function Settings({
  typed,
  names,
  mayAct,
  children,
}: Pick<TestProps, 'typed' | 'mayAct'> & { names: ReadonlyMap<string, string>; children?: Child }) {
  const { key, objective, event, controlAdId, horizonDays, approval, extendable, ads } = typed;
  return (
    <div class="settings">
      {children}
      <label class="field">
        <span>What decides</span>
        <select name={`objective.${key}`} disabled={!mayAct}>
          {!isObjective(objective) && <option value={objective}>{objective}</option>}
          {OBJECTIVES.map((one) => (
            <option value={one} selected={one === objective}>
              {METRICS[one].label}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>What counts as a conversion: an event, or one of Meta’s action types</span>
        <input name={`event.${key}`} value={event} list="events" maxlength={100} disabled={!mayAct} />
      </label>
      <label class="field">
        <span>Planned duration, days (2 to 90)</span>
        <input name={`horizon.${key}`} value={horizonDays} inputmode="decimal" disabled={!mayAct} />
      </label>
      <label>
        <input type="checkbox" name={`approval.${key}`} checked={approval} disabled={!mayAct} /> Ask for an
        approval before any budget moves
      </label>
      <label>
        <input type="checkbox" name={`extendable.${key}`} checked={extendable} disabled={!mayAct} /> I may
        want to extend it while it runs. It then needs more data to be as sure
      </label>
      <fieldset disabled={!mayAct}>
        <legend>Control: the ad that the others are compared with</legend>
        {ads.map(({ adId }) => (
          <label>
            <input type="radio" name={`control.${key}`} value={adId} checked={adId === controlAdId} />{' '}
            {names.get(adId) ?? adId}
          </label>
        ))}
      </fieldset>
      {ads.map(({ adId, headline, text }) => (
        <fieldset disabled={!mayAct}>
          <legend>Texts of {names.get(adId) ?? adId}, for this record: the ad at Meta does not change</legend>
          <label class="field">
            <span>Headline</span>
            <input name={`headline.${key}.${adId}`} value={headline} maxlength={500} />
          </label>
          <label class="field">
            <span>Text</span>
            <textarea name={`text.${key}.${adId}`} rows={2} maxlength={5000}>
              {text}
            </textarea>
          </label>
        </fieldset>
      ))}
    </div>
  );
}
