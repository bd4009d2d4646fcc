/** A text to take along, with a button that copies it if the page's script runs. */
import type { Piece } from '../../domain/marked-text.js';

/** Pieces of a text, some marked. Nothing may stand between them: they are copied as they are. */
export function Marked({ pieces }: { pieces: readonly Piece[] }) {
  return <>{pieces.map(({ text, isMarked }) => (isMarked ? <mark>{text}</mark> : text))}</>;
}

export function CopyText(props: {
  /** Of the element that has the text, on this page. */
  id: string;
  label: string;
  pieces: readonly Piece[];
}) {
  const { id, label, pieces } = props;
  return (
    <div class="copy">
      <p class="label" id={`${id}-label`}>
        {label}
      </p>
      <p id={id} class="text" dir="auto">
        <Marked pieces={pieces} />
      </p>
      <button type="button" class="quiet" data-copy={id} aria-describedby={`${id}-label`} hidden>
        Copy
      </button>{' '}
      <span role="status" class="muted" data-copied={id}></span>
    </div>
  );
}
