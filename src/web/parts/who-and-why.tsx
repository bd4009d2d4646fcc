import type { Viewer } from '../viewer.js';

/** Who acts, unless the session says it. `typed`: what was typed into a form that is shown again. */
export function YourName({
  viewer,
  disabled,
  typed,
}: {
  viewer: Viewer;
  disabled: boolean;
  typed: string | undefined;
}) {
  if (viewer.signedIn) return null;
  return (
    <label>
      <span>Your name</span>
      <input
        name="by"
        required
        maxlength={100}
        autocomplete="name"
        value={typed ?? viewer.knownName}
        disabled={disabled}
      />
    </label>
  );
}

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
      <YourName viewer={viewer} disabled={disabled} typed={typed?.by} />
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
