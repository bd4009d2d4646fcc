/** One pattern with the tests for and against it. */
import { percent, type Reader } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { IntervalBar, scaleOf } from '../parts/interval-bar.js';
import { Link } from '../parts/links.js';
import { Word } from '../words/word.js';
import { Author } from './author.js';
import { laterText, PatternState, pairOf } from './library.js';
import {
  CATEGORY_NAMES,
  KIND_NAMES,
  type PatternWithTestsJson,
  rangeText,
  successText,
  testsText,
} from './names.js';

type TestJson = PatternWithTestsJson['test_results'][number];

export function PatternView({
  pattern,
  news,
  reader,
}: {
  pattern: PatternWithTestsJson;
  /** What became of a statement that was just sent; null if none was. */
  news: string | null;
  reader: Reader;
}) {
  const tests = pattern.test_results;
  const most = scaleOf(tests.map(({ interval }) => pairOf(interval)));
  return (
    <>
      <p>
        <Link href="/learn#library">Pattern library</Link>
      </p>
      <h1>
        {pattern.content} <PatternState state={pattern.state} />
      </h1>
      {news && (
        <p class="good" role="status">
          {news}
        </p>
      )}
      <section class="card" aria-labelledby="evidence">
        <h2 id="evidence">
          <Word of="evidence">Evidence</Word>
        </h2>
        <p>{pattern.evidence}</p>
        <p>{pattern.state_reason}</p>
        <Figures pattern={pattern} reader={reader} />
      </section>
      <Wordings
        id="wordings"
        title="In other words"
        note={null}
        wordings={pattern.wordings.filter(({ opposes }) => !opposes)}
        reader={reader}
      />
      <Wordings
        id="opposed"
        title="Someone stated the opposite"
        note="Tests against this pattern speak for these statements."
        wordings={pattern.wordings.filter(({ opposes }) => opposes)}
        reader={reader}
      />
      {TITLES.map(([id, title]) => (
        <Tests id={id} title={title} tests={tests} most={most} reader={reader} />
      ))}
    </>
  );
}

const TITLES: readonly (readonly [TestJson['supports'], string])[] = [
  ['for', 'Tests for it'],
  ['against', 'Tests against it'],
  ['neither', 'Tests that say neither'],
];

function Figures({ pattern, reader }: { pattern: PatternWithTestsJson; reader: Reader }) {
  const {
    own,
    foreign,
    expected,
    stated_at: statedAt,
    stated_by: statedBy,
    stated_direction: direction,
  } = pattern;
  return (
    <dl>
      <dt>By own tests</dt>
      <dd>
        {own === null ? (
          'not known: fewer than 2 own tests vary it'
        ) : (
          <>
            <Figure field="own_effect" value={own.effect}>
              {percent(own.effect)}
            </Figure>{' '}
            (95 % interval {rangeText(own.interval)}) in {testsText(own.tests)}
          </>
        )}
      </dd>
      {foreign && (
        <>
          <dt>Learned elsewhere</dt>
          <dd>
            <Figure field="foreign_effect" value={foreign.effect}>
              {percent(foreign.effect)}
            </Figure>
            , learned from {foreign.learned_from}. It counts for less than own tests.
          </dd>
        </>
      )}
      <dt>To expect here</dt>
      <dd>
        {expected === null ? (
          'nothing is known'
        ) : (
          <>
            <Figure field="expected_effect" value={expected.effect}>
              {percent(expected.effect)}
            </Figure>{' '}
            (95 % interval {rangeText(expected.interval)})
          </>
        )}
      </dd>
      <dt>Tests</dt>
      <dd>
        <Figure field="tests" value={pattern.tests}>
          {pattern.tests}
        </Figure>{' '}
        own {pattern.tests === 1 ? 'test varies' : 'tests vary'} it: {pattern.tests_for} for it,{' '}
        {pattern.tests_against} against
      </dd>
      <dt>First stated</dt>
      <dd>
        {statedAt === null ? (
          'not yet: a pattern that tests find is stated when it first holds'
        ) : (
          <>
            <Instant iso={statedAt} reader={reader} /> by{' '}
            {statedBy === null ? 'the tests' : <Author by={statedBy} />}
            {direction && `, as a ${direction} rate`}
          </>
        )}
      </dd>
      <dt>Tests after it was stated</dt>
      <dd>{laterText(pattern)}</dd>
      <dt>Use in later ads</dt>
      <dd>{successText(pattern)}</dd>
      <dt>About</dt>
      <dd>
        {CATEGORY_NAMES[pattern.category]}, {KIND_NAMES[pattern.kind]}
        {pattern.tags.length > 0 && ` (${pattern.tags.join(', ')})`}
      </dd>
    </dl>
  );
}

function Wordings(props: {
  id: string;
  title: string;
  note: string | null;
  wordings: PatternWithTestsJson['wordings'];
  reader: Reader;
}) {
  const { id, title, note, wordings, reader } = props;
  if (wordings.length === 0) return null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {note && <p>{note}</p>}
      <ul>
        {wordings.map(({ text, by, at, direction }) => (
          <li>
            “{text}”{' '}
            <span class="muted">
              by <Author by={by} />, <Instant iso={at} reader={reader} />
              {direction && `, as a ${direction} rate`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tests(props: {
  title: string;
  id: TestJson['supports'];
  /** All of them. */
  tests: readonly TestJson[];
  /** The scale of their bars. */
  most: number;
  reader: Reader;
}) {
  const { title, id, most, reader } = props;
  const tests = props.tests.filter(({ supports }) => supports === id);
  if (tests.length === 0 && id === 'neither') return null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>
        {title} ({tests.length})
      </h2>
      {tests.length === 0 ? (
        <p class="muted">No own test yet.</p>
      ) : (
        <section class="table" tabindex={0} aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">Test</th>
                <th scope="col">Its own effect, with its 95 % interval</th>
                <th scope="col">Start</th>
              </tr>
            </thead>
            <tbody>
              {tests.map((test) => (
                <tr data-experiment={test.experiment_id}>
                  <th scope="row">
                    <Link href={`/experiments/${encodeURIComponent(test.experiment_id)}`}>{test.name}</Link>
                  </th>
                  <td>
                    <IntervalBar lift={test.effect} interval={pairOf(test.interval)} most={most} />{' '}
                    <span class="nowrap">
                      <Figure field="effect" value={test.effect}>
                        {percent(test.effect)}
                      </Figure>{' '}
                      ({rangeText(test.interval)})
                    </span>
                  </td>
                  <td>
                    <Instant iso={test.start_date} reader={reader} />
                    {test.began_after_stated && <span class="label">after it was stated</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
