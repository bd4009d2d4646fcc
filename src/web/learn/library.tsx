/** The pattern library: search, filters and a table. */
import { PATTERN_KINDS } from '../../contract/patterns.js';
import { PATTERN_CATEGORIES } from '../../domain/creative/attribute.js';
import { BASES } from '../../domain/patterns/evidence.js';
import { PATTERN_STATES } from '../../domain/patterns/state.js';
import { percent } from '../format.js';
import { Figure } from '../parts/figures.js';
import { IntervalBar, scaleOf } from '../parts/interval-bar.js';
import { Form, Link } from '../parts/links.js';
import { Word } from '../words/word.js';
import { Author } from './author.js';
import {
  BASIS_NAMES,
  CATEGORY_NAMES,
  type FoundPatternJson,
  KIND_NAMES,
  LATER_NAMES,
  type PatternsJson,
  rangeText,
  STATE_NAMES,
  successText,
  testsText,
} from './names.js';
import { addressOf, isFiltered, type LibraryQuery } from './query.js';

export interface LibraryFacts {
  query: LibraryQuery;
  found: PatternsJson;
  /** Why the page is not the one that was asked for; null if it is. */
  trouble: string | null;
}

export function Library({ query, found, trouble }: LibraryFacts) {
  const { patterns, note, next_cursor: next, unreadable } = found;
  return (
    <section class="card" aria-labelledby="library">
      <h2 id="library">
        <Word of="pattern">Pattern</Word> library
      </h2>
      <Search query={query} />
      {trouble && <p class="warn">{trouble}</p>}
      {note && query.q !== undefined && <p class="muted">{note}</p>}
      {patterns.length > 0 ? (
        <Patterns patterns={patterns} />
      ) : isFiltered(query) ? (
        <p class="note">
          No pattern fits. <Link href="/learn#library">Show all</Link>
        </p>
      ) : (
        <p class="note">
          There is no pattern yet. When tests with different texts have ended, each pattern appears here with
          its effect, and with the tests for and against it. You can also state one below; later tests then
          say whether it holds.
        </p>
      )}
      {unreadable.map(({ id, message }) => (
        <p class="error">
          {id}: {message}
        </p>
      ))}
      {(next !== null || query.cursor !== undefined) && (
        <p>
          {query.cursor !== undefined && (
            <>
              <Link href={addressOf({ ...query, cursor: undefined })}>First page</Link>{' '}
            </>
          )}
          {next !== null && <Link href={addressOf({ ...query, cursor: next })}>Next patterns</Link>}
        </p>
      )}
    </section>
  );
}

function Search({ query }: { query: LibraryQuery }) {
  return (
    <Form class="search" method="get" action="/learn#library">
      <label>
        <span>Search by words</span>
        <input type="search" name="q" value={query.q ?? ''} maxlength={500} />
      </label>
      <Choice name="state" label="State" values={PATTERN_STATES} names={STATE_NAMES} chosen={query.state} />
      <Choice name="kind" label="Kind" values={PATTERN_KINDS} names={KIND_NAMES} chosen={query.kind} />
      <Choice name="basis" label="Evidence" values={BASES} names={BASIS_NAMES} chosen={query.basis} />
      <Choice
        name="category"
        label="About"
        values={PATTERN_CATEGORIES}
        names={CATEGORY_NAMES}
        chosen={query.category}
      />
      <button type="submit">Show</button>
    </Form>
  );
}

function Choice<Value extends string>(props: {
  name: string;
  label: string;
  values: readonly Value[];
  names: Record<Value, string>;
  chosen: Value | undefined;
}) {
  const { name, label, values, names, chosen } = props;
  return (
    <label>
      <span>{label}</span>
      <select name={name}>
        <option value="">all</option>
        {values.map((value) => (
          <option value={value} selected={value === chosen}>
            {names[value]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Patterns({ patterns }: { patterns: readonly FoundPatternJson[] }) {
  const most = scaleOf(patterns.map(({ expected }) => expected && pairOf(expected.interval)));
  return (
    <section class="table" tabindex={0} aria-label="Patterns">
      <table class="wordy">
        <thead>
          <tr>
            <th scope="col">Pattern</th>
            <th scope="col">Expected effect, with its 95 % interval</th>
            <th scope="col" class="number">
              Tests for
            </th>
            <th scope="col" class="number">
              Against
            </th>
            <th scope="col">State</th>
            <th scope="col">Later tests</th>
            <th scope="col">Use</th>
          </tr>
        </thead>
        <tbody>
          {patterns.map((pattern) => (
            <tr data-pattern={pattern.content_id}>
              <th scope="row">
                <Link href={`/learn/patterns/${encodeURIComponent(pattern.content_id)}`}>
                  {pattern.content}
                </Link>
                <span class="label">
                  {CATEGORY_NAMES[pattern.category]},{' '}
                  {pattern.kind === 'stated' && pattern.stated_by !== null ? (
                    <>
                      stated by <Author by={pattern.stated_by} />
                    </>
                  ) : (
                    KIND_NAMES[pattern.kind]
                  )}
                </span>
              </th>
              <td>
                <Effect pattern={pattern} most={most} />
              </td>
              <td class="number">
                <Figure field="tests_for" value={pattern.tests_for}>
                  {pattern.tests_for}
                </Figure>
              </td>
              <td class="number">
                <Figure field="tests_against" value={pattern.tests_against}>
                  {pattern.tests_against}
                </Figure>
              </td>
              <td>
                <PatternState state={pattern.state} />
                <span class="label">{pattern.state_reason}</span>
              </td>
              <td>{laterText(pattern)}</td>
              <td>{successText(pattern)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Effect({ pattern: { expected, basis }, most }: { pattern: FoundPatternJson; most: number }) {
  if (expected === null) return <span class="muted">not known yet</span>;
  return (
    <>
      <IntervalBar lift={expected.effect} interval={pairOf(expected.interval)} most={most} />{' '}
      <span class="nowrap">
        <Figure field="expected_effect" value={expected.effect}>
          {percent(expected.effect)}
        </Figure>{' '}
        ({rangeText(expected.interval)})
      </span>
      <span class="label">{BASIS_NAMES[basis]}</span>
    </>
  );
}

export function PatternState({ state }: { state: FoundPatternJson['state'] }) {
  return <span class={`badge pattern-${state}`}>{STATE_NAMES[state]}</span>;
}

/** What tests that began after it was stated say. */
export function laterText({
  later,
  stated_at: statedAt,
}: Pick<FoundPatternJson, 'later' | 'stated_at'>): string {
  if (statedAt === null) return 'not stated yet';
  const { result, by } = later;
  if (by === null) return LATER_NAMES[result];
  return `${LATER_NAMES[result]}: ${percent(by.effect)} in ${testsText(by.tests)}`;
}

/** Both ends of an interval. */
export function pairOf([low = 0, high = 0]: readonly number[]): [number, number] {
  return [low, high];
}
