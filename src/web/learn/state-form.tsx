/** A form that states a pattern in words. */
import { PATTERN_CATEGORIES } from '../../domain/creative/attribute.js';
import { Form } from '../parts/links.js';
import { YourName } from '../parts/who-and-why.js';
import type { Viewer } from '../viewer.js';
import { CATEGORY_NAMES } from './names.js';

export interface TypedStatement {
  statement: string;
  direction: string;
  category: string;
  by: string;
}

export function StateForm(props: {
  viewer: Viewer;
  /** What was typed into a form that was refused, and why. */
  refused: { typed: TypedStatement; message: string } | null;
}) {
  const { viewer, refused } = props;
  const typed = refused?.typed ?? null;
  const disabled = viewer.principal.role === 'viewer';
  const options = [
    { value: '', name: 'no claim about the rate' },
    { value: 'higher', name: 'A higher rate' },
    { value: 'lower', name: 'A lower rate' },
  ];
  return (
    <section class="card" aria-labelledby="state">
      <h2 id="state">State a pattern</h2>
      <p>
        Write down what you believe about your ads. It becomes a pattern that tests can confirm or contradict.
        If a pattern already says the same, yours is added to it as another wording.
      </p>
      {refused && (
        <p class="error" role="alert">
          {refused.message}
        </p>
      )}
      {disabled && <p class="note">An operator may state patterns.</p>}
      <Form method="post" action="/learn/patterns">
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <div class="asked">
          <label class="wide">
            <span>Statement, e.g. The picture shows the product in use.</span>
            <input
              name="statement"
              required
              maxlength={500}
              value={typed?.statement ?? ''}
              disabled={disabled}
              aria-invalid={refused ? 'true' : undefined}
            />
          </label>
          <label>
            <span>Such ads have</span>
            <select name="direction" disabled={disabled}>
              {options.map(({ value, name }) => (
                <option value={value} selected={value === typed?.direction}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>It is about</span>
            <select name="category" disabled={disabled}>
              {PATTERN_CATEGORIES.map((value) => (
                <option value={value} selected={value === typed?.category}>
                  {CATEGORY_NAMES[value]}
                </option>
              ))}
            </select>
          </label>
          <YourName viewer={viewer} disabled={disabled} typed={typed?.by} />
        </div>
        <button type="submit" disabled={disabled}>
          State it
        </button>
      </Form>
    </section>
  );
}
