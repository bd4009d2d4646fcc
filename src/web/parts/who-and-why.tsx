import type { Viewer } from '../viewer.js';

/** Who acts, unless the session says it, and why. Both go on record with what is asked for. */
export function WhoAndWhy(props: {
  viewer: Viewer;
  disabled: boolean;
  /** What was typed into a form that is shown again. */
  typed?: { by: string; reason: string } | null;
  /** Id of the text that says more about the reason. */
  describedBy?: string;
}) {
  const { viewer, disabled, typed = null, describedBy } = props;
  return (
    <>
      {!viewer.signedIn && (
        <label>
          <span>Your name</span>
          <input
            name="by"
            required
            maxlength={100}
            autocomplete="name"
            value={typed?.by ?? viewer.knownName}
            disabled={disabled}
          />
        </label>
      )}
      <label>
        <span>Reason</span>
        <input
          name="reason"
          required
          maxlength={500}
          value={typed?.reason ?? ''}
          disabled={disabled}
          aria-describedby={describedBy}
        />
      </label>
    </>
  );
}
