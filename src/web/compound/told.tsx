/** A figure of the report with what it means, as one line of a list. */
import type { Child } from 'hono/jsx';
import { Figure } from '../parts/figures.js';

/** `children`: the figure; without it there is too little data for one, and the sentence says so. */
export function Told({ name, message, children }: { name: string; message: string; children?: Child }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {children ? children : <span class="muted">not known yet</span>}
        <p class="muted">{message}</p>
      </dd>
    </>
  );
}

/** Both ends of a 95 % interval as `(95 %: 1 to 3)`. */
export function Ends(props: {
  field: string;
  interval: readonly [number, number];
  text: (value: number) => string;
  level?: string;
}) {
  const { field, interval, text, level = '95 % interval' } = props;
  return (
    <span class="nowrap">
      {' '}
      ({level}{' '}
      {interval.map((end, place) => (
        <>
          {place === 1 && ' to '}
          <Figure field={field} value={end}>
            {text(end)}
          </Figure>
        </>
      ))}
      )
    </span>
  );
}
