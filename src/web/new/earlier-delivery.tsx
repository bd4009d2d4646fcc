/** The part of a new test's form that is about delivery before the handover. */
import type { PreviewJson } from '../../api/setup/responses.js';
import { PLANNED, whyNotCounted } from '../../domain/earlier-delivery.js';
import { DEFAULT_POLICY } from '../../domain/experiment.js';
import type { TypedTest } from './form.js';

/** Whether delivery before the handover counts; by default it doesn't. */
export function EarlierDelivery({
  typed,
  mayAct,
  asksName,
  isRefused,
  earlier,
}: {
  typed: TypedTest;
  mayAct: boolean;
  /** No token is set, so the form asks who declares it. */
  asksName: boolean;
  /** Whether the form was refused: then a field that is still empty says so. */
  isRefused: boolean;
  /** Null: no preview says whether it would count. */
  earlier: PreviewJson['earlier_delivery'] | null;
}) {
  const { key, counts, countsBecause, declaredBy } = typed;
  const lacks = (value: string) => isRefused && counts && value.trim() === '';
  return (
    <fieldset disabled={!mayAct}>
      <legend>What the ads delivered before now</legend>
      <label>
        <input type="checkbox" name={`counts.${key}`} checked={counts} /> I declare that this test was planned
        so: count its delivery before now
      </label>
      <p class="note">
        {earlier?.counted_from === null ? earlier.message : whyNotCounted(DEFAULT_POLICY.confidence)}{' '}
        {PLANNED}
      </p>
      <Declared
        name={`because.${key}`}
        label="If it counts: why, for the record"
        value={countsBecause}
        longest={500}
        fault={lacks(countsBecause) ? 'Type why it counts.' : null}
      />
      {asksName && (
        <Declared
          name={`by.${key}`}
          label="If it counts: your name, for the record"
          value={declaredBy}
          longest={100}
          fault={lacks(declaredBy) ? 'Type your name.' : null}
        />
      )}
    </fieldset>
  );
}

function Declared(props: {
  name: string;
  label: string;
  value: string;
  longest: number;
  fault: string | null;
}) {
  const { name, label, value, longest, fault } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <input name={name} value={value} maxlength={longest} aria-invalid={fault ? 'true' : undefined} />
      {fault && <strong class="fault">{fault}</strong>}
    </label>
  );
}
