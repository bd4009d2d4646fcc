/** The controls as the buttons of one form, with one reason, or disabled with the sentence that says why. */
import { ALLOWED_CONTROLS, CONTROL_KINDS, type ControlKind } from '../../contract/messages.js';
import { adName } from '../../domain/ad-name.js';
import { type ExperimentState, LONGEST_HORIZON_DAYS } from '../../domain/experiment.js';
import { daysOf, ruleAgainstExtension } from '../../domain/extension.js';
import type { Reader } from '../format.js';
import { Money } from '../parts/figures.js';
import { useBase } from '../parts/links.js';
import { STATE_NAMES } from '../parts/state-badge.js';
import { WhoAndWhy } from '../parts/who-and-why.js';
import type { Viewer } from '../viewer.js';
import type { StatusJson } from './read.js';

const TEXTS: Record<ControlKind, { name: string; effect: string; isDanger?: boolean; isMain?: boolean }> = {
  check: { name: 'Check now', effect: 'Reads the newest figures and looks at them.' },
  pause: { name: 'Pause', effect: 'Stops checks and promotion, or holds the rollout. The ads go on.' },
  resume: { name: 'Resume', effect: 'Ends a pause or a hold.' },
  approve: {
    name: 'Approve',
    effect: 'Starts these steps after one more check on fresh data.',
    isMain: true,
  },
  promote: {
    name: 'Promote by force',
    effect: 'Moves the budget without statistics and approval.',
    isDanger: true,
  },
  drop: { name: 'Drop an ad', effect: 'Takes a challenger out of the comparison. Its budget stays.' },
  extend: { name: 'Extend the test', effect: 'Makes the planned duration longer.' },
  revert: { name: 'Revert', effect: 'Restores the budget of every ad set.', isDanger: true },
  stop: { name: 'Stop the test', effect: 'Ends the test.', isDanger: true },
  resolve: { name: 'Resolve', effect: 'Says what becomes of the budgets that differ from the ledger.' },
};

/** What was typed into a form that was refused. */
export interface Typed {
  kind: string;
  by: string;
  reason: string;
}

export function Controls(props: {
  experiment: StatusJson;
  viewer: Viewer;
  typed: Typed | null;
  formKey: string;
  reader: Reader;
  /** Why a resume would be refused now; null if it would not. */
  resumeRefusal: string | null;
}) {
  const { experiment, viewer, typed, formKey, reader, resumeRefusal } = props;
  const against = (kind: ControlKind) =>
    kind === 'resume' && experiment.allowed.includes(kind) ? resumeRefusal : ruleAgainst(kind, experiment);
  const allowed = CONTROL_KINDS.filter((kind) => experiment.allowed.includes(kind) && against(kind) === null);
  // What the state waits for comes first.
  const known = [...allowed].sort(
    (one, other) => Number(TEXTS[other].isMain ?? 0) - Number(TEXTS[one].isMain ?? 0),
  );
  // Everyone who wants more time looks for it: its reason isn't folded away.
  const notLonger = ruleAgainst('extend', experiment);
  const others = CONTROL_KINDS.filter(
    (kind) => !allowed.includes(kind) && !(kind === 'extend' && notLonger !== null),
  );
  const mayAct = viewer.principal.role !== 'viewer';
  return (
    <section class="card" id="controls" aria-labelledby="controls-title">
      <h2 id="controls-title">Controls</h2>
      {!mayAct && <p class="note">You may look at this test. An operator may change it.</p>}
      {known.length === 0 && <p class="note">The test has ended: no control fits any more.</p>}
      <Planned experiment={experiment} reader={reader} />
      {known.length > 0 && (
        <form method="post" class="controls">
          <input type="hidden" name="csrf" value={viewer.csrf} />
          {/* The first button of a form is pressed by Enter in a field: no control may be used like that. */}
          <button type="submit" disabled hidden></button>
          <div class="asked">
            <WhoAndWhy viewer={viewer} disabled={!mayAct} typed={typed} describedBy="recorded" />
          </div>
          <p class="muted" id="recorded">
            The control is recorded with this reason.
          </p>
          <div class="actions">
            {known.map((kind) => (
              <Control kind={kind} experiment={experiment} mayAct={mayAct} formKey={formKey} />
            ))}
          </div>
        </form>
      )}
      {notLonger && (
        <p class="note">
          {TEXTS.extend.name}: {notLonger}
        </p>
      )}
      {others.length > 0 && (
        <details>
          <summary>Controls that don't fit now ({others.length})</summary>
          <ul>
            {others.map((kind) => (
              <li>
                <button type="button" disabled>
                  {TEXTS[kind].name}
                </button>{' '}
                {against(kind) ?? whyNot(kind, experiment.state)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** What an approval, or a promotion by force, would do in money. */
function Planned({ experiment, reader }: { experiment: StatusJson; reader: Reader }) {
  const { planned_rollout: planned, currency, variants } = experiment;
  if (planned === null) return null;
  const name = adName(variants, planned.winner_variant_id);
  const amount = (field: string, value: number) => (
    <Money field={field} amount={value} currency={currency} reader={reader} />
  );
  return (
    <section class="planned">
      <p>
        A promotion of {name} would move its budget per day from{' '}
        {amount('planned_now_cents', planned.winner_budget_cents)}:
      </p>
      <ol>
        {planned.phases.map(
          ({ name: phase, wait_hours, winner_budget_cents, others_budget_cents }, index) => (
            <li>
              to {amount('planned_winner_cents', winner_budget_cents)}{' '}
              <span class="muted">
                ({phase} %{index === 0 ? ', at once' : `, ${wait_hours} h after the step before`}; the{' '}
                {variants.length > 2 ? 'others have' : 'other has'}{' '}
                {amount('planned_others_cents', others_budget_cents)})
              </span>
            </li>
          ),
        )}
      </ol>
    </section>
  );
}

/** What the test's rule has against a control that its state allows, as a sentence; null if nothing. */
function ruleAgainst(kind: ControlKind, { allowed, policy }: StatusJson): string | null {
  if (kind !== 'extend' || !allowed.includes(kind)) return null;
  const { rule, horizon_hours: horizonHours, confidence } = policy;
  return ruleAgainstExtension({ rule, horizonHours, confidence });
}

function whyNot(kind: ControlKind, state: ExperimentState): string {
  const states = (Object.keys(ALLOWED_CONTROLS) as ExperimentState[]).filter((each) =>
    ALLOWED_CONTROLS[each].includes(kind),
  );
  const names = states.map((each) => STATE_NAMES[each]);
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : names[0];
  if (states.includes(state)) return 'It was possible for 30 days after the end of the test.';
  return `It fits a test that is ${list}; this one is: ${STATE_NAMES[state]}.`;
}

function Control(props: { kind: ControlKind; experiment: StatusJson; mayAct: boolean; formKey: string }) {
  const { kind, experiment, mayAct, formKey } = props;
  const { name, effect, isDanger, isMain } = TEXTS[kind];
  const base = useBase();
  return (
    <div>
      <p class="muted" id={`effect-${kind}`}>
        {effect}
      </p>
      {kind === 'drop' && <Ads experiment={experiment} />}
      {kind === 'extend' && <Horizon experiment={experiment} disabled={!mayAct} />}
      {kind === 'stop' && <Budgets />}
      {kind === 'resolve' && <Resolution />}
      {kind === 'promote' && <Forced experiment={experiment} disabled={!mayAct} />}
      <button
        type="submit"
        name="key"
        value={`${formKey}-${kind}`}
        formaction={`${base}/experiments/${experiment.experiment_id}/controls/${kind}`}
        class={isDanger ? 'danger' : isMain ? undefined : 'quiet'}
        aria-describedby={`effect-${kind}`}
        disabled={!mayAct}
      >
        {name}
      </button>
    </div>
  );
}

function Ads({ experiment }: { experiment: StatusJson }) {
  return (
    <label>
      <span>Ad</span>
      <select name="variant_id">
        {experiment.variants
          .filter(({ role, dropped_at }) => role === 'challenger' && dropped_at === null)
          .map(({ id }) => (
            <option value={id}>{adName(experiment.variants, id)}</option>
          ))}
      </select>
    </label>
  );
}

function Horizon({ experiment, disabled }: { experiment: StatusJson; disabled: boolean }) {
  const { horizon_hours: hours } = experiment.policy;
  return (
    <label>
      <span>Days from the start (now {daysOf(hours)})</span>
      <input
        name="horizon_days"
        inputmode="numeric"
        placeholder={`up to ${LONGEST_HORIZON_DAYS}`}
        disabled={disabled}
      />
    </label>
  );
}

/** Which ad it will be, and a second step. The box isn't required in the browser: that would block the other buttons. */
function Forced({ experiment, disabled }: { experiment: StatusJson; disabled: boolean }) {
  const { planned_rollout: planned, variants } = experiment;
  return (
    <>
      <p>
        {planned
          ? `It goes to the ad that leads now: ${adName(variants, planned.winner_variant_id)}.`
          : 'It goes to the ad that leads; without a leader it is refused.'}
      </p>
      <label>
        <input type="checkbox" name="seen" value="yes" disabled={disabled} /> I have seen what would move
      </label>
    </>
  );
}

function Budgets() {
  return (
    <label>
      <span>Budgets that were moved</span>
      <select name="budgets">
        <option value="restore">restore them</option>
        <option value="keep">leave them as they are</option>
      </select>
    </label>
  );
}

function Resolution() {
  return (
    <label>
      <span>Budgets</span>
      <select name="action">
        <option value="retry_restore">try again to restore them</option>
        <option value="accept_current">accept them as they are now</option>
      </select>
    </label>
  );
}
