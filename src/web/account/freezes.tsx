/** The freeze windows: what holds now, the windows that are set, who changed them, and the forms for a new one. */
import type { FreezesJson } from '../../api/freezes/read.js';
import { mayActAs } from '../../api/http/principal.js';
import { WEEKDAYS } from '../../domain/calendar.js';
import type { Reader } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { Form } from '../parts/links.js';
import { WhoAndWhy } from '../parts/who-and-why.js';
import type { Viewer } from '../viewer.js';

interface Facts {
  freezes: FreezesJson;
  /** The account's; null while Meta doesn't give it. */
  timezone: string | null;
  viewer: Viewer;
  reader: Reader;
  formKey: string;
  /** What was sent with a form for a new window that was refused, by field; null if none was. */
  typedWindow: Readonly<Record<string, string>> | null;
}

export function FreezeWindows(facts: Facts) {
  const { freezes, viewer, reader, typedWindow } = facts;
  const { now, windows, changes } = freezes;
  return (
    <section class="card" aria-labelledby="freezes">
      <h2 id="freezes">Freeze windows</h2>
      {now && (
        <p class="warn">
          <Figure field="until" value={now.until}>
            {now.text}
          </Figure>
        </p>
      )}
      <p class="note">
        No phase of a rollout begins in a freeze window, and no beaten ad loses its budget. Tests go on, a
        phase that has begun is completed, and reverts never wait.
      </p>
      {windows.length === 0 && <p>None is set.</p>}
      <ul class="rows">
        {windows.map((window) => (
          <li data-window={window.window_id}>
            <strong>{window.name}</strong>: {window.text}
            {window.is_over && <span class="muted"> (over)</span>}
            <p class="muted">
              Set by {window.by} <Instant iso={window.at} reader={reader} />: {window.reason}
            </p>
            <details>
              <summary>Remove {window.name}</summary>
              <WindowForm
                {...facts}
                action={`/account/freeze-windows/${window.window_id}/remove`}
                button="Remove"
                needs="admin"
                name={`remove-${window.window_id.slice(0, 8)}`}
              />
            </details>
          </li>
        ))}
      </ul>
      <details open={typedWindow?.kind === 'weekly'}>
        <summary>Add a window for every week</summary>
        <WindowForm
          {...facts}
          action="/account/freeze-windows"
          button="Add the window"
          needs="operator"
          name="weekly"
        >
          <input type="hidden" name="kind" value="weekly" />
          <Named {...facts} />
          <WeekTime {...facts} label="From" name="from" usual={['fri', '17:00']} />
          <WeekTime {...facts} label="To" name="to" usual={['mon', '08:00']} />
        </WindowForm>
      </details>
      <details open={typedWindow?.kind === 'dated'}>
        <summary>Add a window with dates</summary>
        <WindowForm
          {...facts}
          action="/account/freeze-windows"
          button="Add the window"
          needs="operator"
          name="dated"
        >
          <input type="hidden" name="kind" value="dated" />
          <Named {...facts} />
          {(['from', 'to'] as const).map((name) => (
            <label>
              <span>{name === 'from' ? 'From' : 'To'}</span>
              <input
                type="datetime-local"
                name={name}
                required
                value={typedWindow?.kind === 'dated' ? typedWindow[name] : ''}
                disabled={!mayActAs(viewer.principal, 'operator')}
              />
            </label>
          ))}
        </WindowForm>
      </details>
      {changes.length > 0 && (
        <details>
          <summary>Changes ({changes.length})</summary>
          <ul>
            {changes.map(({ change, name, text, by, reason, at }) => (
              <li>
                {name}, {text}, was {change} by {by} <Instant iso={at} reader={reader} />: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** One change per form, with who and why. */
function WindowForm(
  props: Facts & {
    action: string;
    button: string;
    needs: 'operator' | 'admin';
    name: string;
    children?: unknown;
  },
) {
  const { viewer, formKey, action, button, needs, name, children } = props;
  const mayAct = mayActAs(viewer.principal, needs);
  return (
    <Form method="post" action={action} class="actions">
      <div>
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <input type="hidden" name="key" value={`${formKey}-${name}`} />
        {children}
        <WhoAndWhy viewer={viewer} disabled={!mayAct} />
        <button type="submit" class="quiet" disabled={!mayAct}>
          {button}
        </button>
        {!mayAct && <p class="note">This needs the role {needs}.</p>}
      </div>
    </Form>
  );
}

function Named({ timezone, viewer, typedWindow }: Facts) {
  const disabled = !mayActAs(viewer.principal, 'operator');
  return (
    <>
      <label>
        <span>Name</span>
        <input
          name="name"
          required
          maxlength={80}
          placeholder="Weekend"
          value={typedWindow?.name ?? ''}
          disabled={disabled}
        />
      </label>
      <label>
        <span>Time zone</span>
        <input
          name="timezone"
          required
          maxlength={64}
          value={typedWindow?.timezone ?? timezone ?? ''}
          disabled={disabled}
        />
      </label>
    </>
  );
}

const DAYS: Record<(typeof WEEKDAYS)[number], string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

function WeekTime(props: Facts & { label: string; name: string; usual: readonly [string, string] }) {
  const { label, name, usual, typedWindow, viewer } = props;
  const disabled = !mayActAs(viewer.principal, 'operator');
  const chosen = typedWindow?.[`${name}_weekday`] ?? usual[0];
  return (
    <>
      <label>
        <span>{label}</span>
        <select name={`${name}_weekday`} disabled={disabled}>
          {WEEKDAYS.map((day) => (
            <option value={day} selected={day === chosen}>
              {DAYS[day]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>at</span>
        <input
          type="time"
          name={`${name}_time`}
          required
          value={typedWindow?.[`${name}_time`] ?? usual[1]}
          disabled={disabled}
        />
      </label>
    </>
  );
}
