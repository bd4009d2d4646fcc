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
  earlier,
}: {
  typed: TypedTest;
  mayAct: boolean;
  /** No token is set, so the form asks who declares it. */
  asksName: boolean;
  /** Null: no preview says whether it would count. */
  earlier: PreviewJson['earlier_delivery'] | null;
}) {
  const { key, counts, countsBecause, declaredBy } = typed;
  return (
    <fieldset disabled={!mayAct}>
      <legend>Delivery before now</legend>
      <p class="note">
        {earlier?.counted_from === null ? earlier.message : whyNotCounted(DEFAULT_POLICY.confidence)}{' '}
        {PLANNED}
      </p>
      <label>
        <input type="checkbox" name={`counts.${key}`} checked={counts} /> I declare that this test was planned
        so: count its delivery before now
      </label>
      <label class="field">
        <span>Why it counts, for the record</span>
        <input name={`because.${key}`} value={countsBecause} maxlength={500} />
      </label>
      {asksName && (
        <label class="field">
          <span>Your name, for the record</span>
          <input name={`by.${key}`} value={declaredBy} maxlength={100} autocomplete="name" />
        </label>
      )}
    </fieldset>
  );
}
