/** The form of a brief. */
import type { Child } from 'hono/jsx';
import type { StartingPoint } from '../../contract/drafts.js';
import { BRIEF_LIMITS } from '../../domain/drafts/brief.js';
import { Form } from '../parts/links.js';
import type { Viewer } from '../viewer.js';
import { type BriefFaults, type BriefField, labelOf, type TypedBrief } from './brief.js';

export interface BriefFormFacts {
  typed: TypedBrief;
  faults: BriefFaults;
  /** The latest winner first. */
  winners: readonly StartingPoint[];
  /** Controls of tests without a winner that stands. */
  controls: readonly StartingPoint[];
  /** Of the form: sent twice, it asks once. */
  formKey: string;
  /** An operator: others get no form. */
  viewer: Viewer;
}

const [MOST_PLACES, LONGEST_NAME] = [5, 60];
const { drafts, entries, entry } = BRIEF_LIMITS;

export function BriefForm({ typed, faults, winners, controls, formKey, viewer }: BriefFormFacts) {
  const found = Object.values(faults);
  const props = (field: BriefField) => ({ field, value: typed[field], fault: faults[field] });
  return (
    <section class="card" aria-labelledby="brief">
      <h2 id="brief">What the ads are for</h2>
      {found.length > 0 && (
        <div class="error" role="alert" tabindex={-1} autofocus>
          <p>These drafts can’t be asked for like this:</p>
          <ul>
            {found.map((fault) => (
              <li>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      <Form method="post" action="/drafts">
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <input type="hidden" name="key" value={formKey} />
        <div class="asked">
          <Line
            {...props('product')}
            name="product"
            longest={BRIEF_LIMITS.product}
            example="trail shoes"
            required
          />
          <Line {...props('audience')} name="audience" longest={BRIEF_LIMITS.audience} example="runners" />
          <Line
            {...props('offer')}
            name="offer"
            longest={BRIEF_LIMITS.offer}
            example="20% off until Sunday"
            note="In words that are true: drafts promise nothing else."
            wide
          />
          <Lines {...props('mustSay')} name="must_say" note="Words that every draft must have." />
          <Lines {...props('mustNotSay')} name="must_not_say" note="Words that no draft may have." />
          <Line
            {...props('tone')}
            name="tone"
            longest={BRIEF_LIMITS.tone}
            example="calm"
            note="Only Claude reads it."
          />
          <Choice {...props('experimentId')} name="experiment_id" wide>
            <Starts winners={winners} controls={controls} chosen={typed.experimentId} />
          </Choice>
          <Choice {...props('count')} name="count">
            <Numbers from={drafts.least} to={drafts.most} chosen={typed.count} />
          </Choice>
          <Choice {...props('places')} name="places" note="Beside the ad that they start from.">
            <Numbers from={1} to={MOST_PLACES} chosen={typed.places} />
          </Choice>
          {!viewer.signedIn && (
            <Line
              field="by"
              value={typed.by || viewer.knownName}
              fault={faults.by}
              name="by"
              longest={100}
              autocomplete="name"
              required
            />
          )}
        </div>
        <button type="submit">Write drafts</button>
        <p class="muted">If Claude writes them, this can take a minute.</p>
      </Form>
    </section>
  );
}

interface FieldProps {
  field: BriefField;
  /** In the request. */
  name: string;
  value: string;
  fault: string | undefined;
  note?: string;
  wide?: boolean;
}

/** Ids of the texts that say more about a field. */
function describedBy({ name, fault, note }: Pick<FieldProps, 'name' | 'fault' | 'note'>): string | undefined {
  const ids = [...(note ? [`${name}-note`] : []), ...(fault ? [`${name}-fault`] : [])];
  return ids.length > 0 ? ids.join(' ') : undefined;
}

function More({ name, fault, note }: Pick<FieldProps, 'name' | 'fault' | 'note'>) {
  return (
    <>
      {note && (
        <small class="label" id={`${name}-note`}>
          {note}
        </small>
      )}
      {fault && (
        <strong class="fault" id={`${name}-fault`}>
          {fault}
        </strong>
      )}
    </>
  );
}

function Line(
  props: FieldProps & { longest: number; example?: string; required?: boolean; autocomplete?: string },
) {
  const { field, name, value, fault, longest, example, required, autocomplete, wide } = props;
  return (
    <div class={wide ? 'wide' : undefined}>
      <label>
        <span>
          {labelOf(field)}
          {example && `, e.g. ${example}`}
        </span>
        <input
          name={name}
          value={value}
          required={required}
          maxlength={longest}
          autocomplete={autocomplete}
          dir="auto"
          aria-invalid={fault ? 'true' : undefined}
          aria-describedby={describedBy(props)}
        />
      </label>
      <More {...props} />
    </div>
  );
}

function Lines(props: FieldProps) {
  const { field, name, value, fault } = props;
  return (
    <div>
      <label>
        <span>
          {labelOf(field)}: one per line, at most {entries} of {entry} characters
        </span>
        <textarea
          name={name}
          rows={3}
          dir="auto"
          aria-invalid={fault ? 'true' : undefined}
          aria-describedby={describedBy(props)}
        >
          {value}
        </textarea>
      </label>
      <More {...props} />
    </div>
  );
}

function Choice(props: FieldProps & { children?: Child }) {
  const { field, name, fault, wide, children } = props;
  return (
    <div class={wide ? 'wide' : undefined}>
      <label>
        <span>{labelOf(field)}</span>
        <select name={name} aria-invalid={fault ? 'true' : undefined} aria-describedby={describedBy(props)}>
          {children}
        </select>
      </label>
      <More {...props} />
    </div>
  );
}

function Numbers({ from, to, chosen }: { from: number; to: number; chosen: string }) {
  return (
    <>
      {Array.from({ length: to - from + 1 }, (_, i) => String(from + i)).map((value) => (
        <option value={value} selected={value === chosen}>
          {value}
        </option>
      ))}
    </>
  );
}

function Starts({
  winners: [latest, ...earlier],
  controls,
  chosen,
}: Pick<BriefFormFacts, 'winners' | 'controls'> & { chosen: string }) {
  const option = (point: StartingPoint) => (
    <option value={point.experimentId} selected={point.experimentId === chosen}>
      {startName(point)}
    </option>
  );
  const known = [latest, ...earlier, ...controls].some((point) => point?.experimentId === chosen);
  return (
    <>
      <option value="">
        {latest ? `the latest winner: ${startName(latest)}` : 'the brief alone: no winner has texts yet'}
      </option>
      {chosen !== '' && !known && (
        <option value={chosen} selected>
          {chosen}
        </option>
      )}
      {latest && <optgroup label="The winner of">{[latest, ...earlier].map(option)}</optgroup>}
      {controls.length > 0 && <optgroup label="The control of">{controls.map(option)}</optgroup>}
    </>
  );
}

/** The ad's headline with the name of its test. */
function startName({ experimentName, creative: { headline, hook, text } }: StartingPoint): string {
  const [first = ''] = [headline, hook, text].filter((part) => part !== null && part.trim() !== '');
  const letters = [...(first ?? '').replace(/\s+/g, ' ')];
  const shown =
    letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : letters.join('');
  return `“${shown}” of the test ${experimentName}`;
}
