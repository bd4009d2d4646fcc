/** A form that states a pattern in words. */
import type { z } from '@hono/zod-openapi';
import type { StatedPatternAnswer } from '../../api/patterns/responses.js';
import { PATTERN_CATEGORIES } from '../../domain/creative/attribute.js';
import { ATTRIBUTE_GROUPS } from '../../domain/creative/registry.js';
import { Form, Link } from '../parts/links.js';
import { YourName } from '../parts/who-and-why.js';
import type { Viewer } from '../viewer.js';
import { CATEGORY_NAMES, GROUP_NAMES } from './names.js';

export interface TypedStatement {
  statement: string;
  attribute_id: string;
  direction: string;
  category: string;
  by: string;
}

export type SimilarPatterns = z.output<typeof StatedPatternAnswer>['similar'];

/** What was typed into a form that is shown again: it was refused, or someone has to say which pattern it is. */
export interface Again {
  typed: TypedStatement;
  refusal: string | null;
  similar: SimilarPatterns;
}

const DIRECTIONS = [
  { value: '', name: 'no claim about the rate' },
  { value: 'higher', name: 'A higher rate' },
  { value: 'lower', name: 'A lower rate' },
];

export function StateForm({ viewer, again }: { viewer: Viewer; again: Again | null }) {
  const typed = again?.typed ?? null;
  const disabled = viewer.principal.role === 'viewer';
  return (
    <section class="card" aria-labelledby="state">
      <h2 id="state">State a pattern</h2>
      <p>
        Write down what you believe about your ads. It becomes a pattern in the library. If you also choose
        what in the ad it is about, every later test whose ads differ in that tests your statement.
      </p>
      {again?.refusal && (
        <p class="error" role="alert">
          {again.refusal}
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
              aria-invalid={again?.refusal ? 'true' : undefined}
            />
          </label>
          <label class="wide">
            <span>Attribute: what in the ad it is about (optional)</span>
            <select name="attribute_id" disabled={disabled} aria-describedby="state-attribute">
              <option value="">nothing that is listed: no test can test it yet</option>
              <Attributes chosen={typed?.attribute_id} />
            </select>
          </label>
          <label>
            <span>Such ads have</span>
            <select name="direction" disabled={disabled}>
              {DIRECTIONS.map(({ value, name }) => (
                <option value={value} selected={value === typed?.direction}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>Part of the ad</span>
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
        <p class="muted" id="state-attribute">
          The service reads these from the texts of an ad, and from the notes on its picture. Say also whether
          such ads have a higher or a lower rate: only tests that begin after that confirm or contradict it.
        </p>
        <button type="submit" disabled={disabled}>
          State it
        </button>
        {again && again.similar.length > 0 && <Similar similar={again.similar} />}
      </Form>
    </section>
  );
}

function Attributes({ chosen }: { chosen: string | undefined }) {
  return (
    <>
      {Object.entries(GROUP_NAMES).map(([group, name]) => (
        <optgroup label={name}>
          {ATTRIBUTE_GROUPS[group as keyof typeof ATTRIBUTE_GROUPS].map(({ id, statement }) => (
            <option value={id} selected={id === chosen}>
              {statement}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
}

/** Which pattern it is. The buttons come after the one that Enter presses. */
function Similar({ similar }: { similar: SimilarPatterns }) {
  return (
    <div class="warn" role="alert" id="similar">
      <p>
        {similar.length === 1 ? 'A pattern reads' : 'Patterns read'} much like yours. Is it the same thing?
        Then yours is added there as another wording. The comparison can't tell a statement from its opposite,
        so please read closely.
      </p>
      <ul>
        {similar.map(({ content_id: id, content, stated_direction: direction }) => (
          <li>
            <Link href={`/learn/patterns/${encodeURIComponent(id)}`}>{content}</Link>
            {direction && ` (as a ${direction} rate)`}{' '}
            <button type="submit" name="same_as" value={id}>
              Same thing
            </button>
          </li>
        ))}
      </ul>
      <button type="submit" name="as_new" value="true">
        New pattern
      </button>
    </div>
  );
}
