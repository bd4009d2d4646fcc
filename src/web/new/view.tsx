/** The page of new tests. */
import type { PreviewJson, ProposalsJson } from '../../api/setup/responses.js';
import { NAMED_EVENTS, OWN_RESULT } from '../../domain/conversion-event.js';
import type { Reader } from '../format.js';
import { Form, Link } from '../parts/links.js';
import type { Viewer } from '../viewer.js';
import { type DraftFacts, DraftsBroughtAlong, HiddenDrafts } from './drafts.js';
import { keyOf, type TypedTest } from './form.js';
import { KeptTest, ProposedTest } from './proposed-test.js';
import { UnfitAds } from './unfit-ads.js';

/** What became of one ticked test. */
export interface Result {
  key: string;
  name: string;
  /** Null if it has not started. */
  experimentId: string | null;
  /** Why it has not started; otherwise its warnings, empty if it has none. */
  message: string;
}

export interface NewTestsFacts extends DraftFacts {
  /** Null if Meta gave no answer. */
  found: ProposalsJson | null;
  trouble: string | null;
  /** The fields of every test that is shown. */
  typed: readonly TypedTest[];
  results: readonly Result[];
  /** Previews of typed values, by key, that replace those of the proposals. */
  previews: ReadonlyMap<string, PreviewJson>;
  /** Whether a form was sent without a tick. */
  nothing?: boolean;
  reader: Reader;
  viewer: Viewer;
}

export function NewTests(facts: NewTestsFacts) {
  const { found, trouble, typed, results, previews, nothing = false, reader, viewer } = facts;
  const { drafts } = facts;
  const mayAct = viewer.principal.role !== 'viewer';
  const asksName = !viewer.signedIn;
  const proposals = new Map((found?.proposals ?? []).map((proposal) => [keyOf(proposal), proposal]));
  const canStart = [...proposals.values()].filter(({ preview }) => preview.can_start).length;
  const failures = new Map(
    results.filter(({ experimentId }) => experimentId === null).map((one) => [one.key, one.message]),
  );
  return (
    <>
      <h1>New test</h1>
      <p>
        These ad sets of your account differ only in their ad, so their ads can be tested against each other.
        Tick the tests that you want, and start them together.
      </p>
      {trouble && (
        <p class="error" role="alert">
          {trouble} <Link href="/experiments/new">Try again</Link>
        </p>
      )}
      {nothing && (
        <p class="error" role="alert">
          No test is ticked. Tick at least one.
        </p>
      )}
      <DraftsBroughtAlong drafts={drafts} lacksSome={facts.lacksSome} typed={typed} />
      <Results results={results} />
      <Previewed typed={typed} previews={previews} />
      {found && typed.length === 0 && (
        <section class="card empty">
          <h2>No test found</h2>
          <p>
            {found.unfit.length > 0
              ? 'The list below says for each ad why it fits no test, and what cures it.'
              : 'The account has no ads yet. Create at least two ad sets with one ad each in one campaign.'}
          </p>
        </section>
      )}
      {typed.length > 0 && (
        <Form method="post" action="/experiments/new">
          <input type="hidden" name="csrf" value={viewer.csrf} />
          <HiddenDrafts drafts={drafts} />
          {!mayAct && <p class="note">You may look at these tests. An operator may start them.</p>}
          {canStart > 1 && (
            <p>
              <Link
                href={`/experiments/new?all${drafts.map(({ id }) => `&draft=${encodeURIComponent(id)}`).join('')}`}
              >
                Tick all {canStart} that can start
              </Link>
            </p>
          )}
          <datalist id="events">
            {[OWN_RESULT, ...NAMED_EVENTS].map((event) => (
              <option value={event} />
            ))}
          </datalist>
          <ol class="proposals">
            {typed.map((test) => {
              const proposal = proposals.get(test.key);
              const failure = failures.get(test.key) ?? null;
              return proposal && found ? (
                <ProposedTest
                  proposal={proposal}
                  preview={previews.get(test.key) ?? proposal.preview}
                  isNewPreview={previews.has(test.key)}
                  typed={test}
                  drafts={drafts}
                  failure={failure}
                  currency={found.currency}
                  reader={reader}
                  mayAct={mayAct}
                  asksName={asksName}
                />
              ) : (
                <KeptTest
                  typed={test}
                  drafts={drafts}
                  failure={failure}
                  mayAct={mayAct}
                  asksName={asksName}
                />
              );
            })}
          </ol>
          <p class="submit">
            <button type="submit" name="action" value="start" disabled={!mayAct}>
              Start the ticked tests
            </button>{' '}
            <button type="submit" name="action" value="preview" class="quiet" disabled={!mayAct}>
              Preview the ticked tests
            </button>
          </p>
        </Form>
      )}
      {found && <UnfitAds unfit={found.unfit} />}
      <p class="muted">
        A chance is that of finding an ad that is better by so much, at the traffic of the last 7 days. A test
        that finds nothing moves no budget: equal ads are mistaken for a winner in about one test of twenty.
      </p>
    </>
  );
}

/** The previews that were asked for: first those of tests that can't start, which have the focus. */
function Previewed({ typed, previews }: Pick<NewTestsFacts, 'typed' | 'previews'>) {
  const shown = typed.flatMap((test) => {
    const preview = previews.get(test.key);
    return preview ? [{ ...test, preview }] : [];
  });
  const refused = shown.filter(({ preview }) => !preview.can_start);
  const others = shown.filter(({ preview }) => preview.can_start);
  const link = ({ key, name }: TypedTest) => (
    <a href={`#test-${key}`}>{name.trim() || 'A test without a name'}</a>
  );
  return (
    <>
      {refused.length > 0 && (
        <section class="error" role="alert" tabindex={-1} autofocus>
          <h2>
            {refused.length === 1
              ? "One test can't start like this"
              : `${refused.length} tests can't start like this`}
          </h2>
          <ul>
            {refused.map((test) => (
              <li>
                {link(test)}: {test.preview.problems.map(({ message }) => message).join(' ')}
              </li>
            ))}
          </ul>
        </section>
      )}
      {others.length > 0 && (
        <section class="good" role="status">
          <p>
            {others.length === 1
              ? 'One preview is below. The test can start:'
              : 'The previews are below. These tests can start:'}
          </p>
          <ul>
            {others.map((test) => (
              <li>{link(test)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Results({ results }: { results: readonly Result[] }) {
  const started = results.filter(({ experimentId }) => experimentId !== null);
  const others = results.filter(({ experimentId }) => experimentId === null);
  return (
    <>
      {started.length > 0 && (
        <section class="good" role="status">
          <h2>{started.length === 1 ? 'One test has started' : `${started.length} tests have started`}</h2>
          <ul>
            {started.map(({ name, experimentId, message }) => (
              <li>
                <Link href={`/experiments/${encodeURIComponent(experimentId!)}`}>{name}</Link>
                {message && ` ${message}`}
              </li>
            ))}
          </ul>
        </section>
      )}
      {others.length > 0 && (
        <section class="error" role="alert" tabindex={-1} autofocus>
          <h2>{others.length === 1 ? 'One test needs a change' : `${others.length} tests need a change`}</h2>
          <ul>
            {others.map(({ key, name, message }) => (
              <li>
                <a href={`#test-${key}`}>{name.trim() || 'A test without a name'}</a>: {message}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
