/** Which ad of a new test was made from which draft. */
import { Link } from '../parts/links.js';
import type { DraftsToTest, TypedTest } from './form.js';

export interface DraftFacts {
  drafts: DraftsToTest;
  /** Whether the address names a draft that the account doesn't have. */
  lacksSome: boolean;
}

const LONGEST = 70;

/** The drafts that someone came with, and the tests that have their texts already. */
export function DraftsBroughtAlong({
  drafts,
  lacksSome,
  typed,
}: DraftFacts & { typed: readonly TypedTest[] }) {
  if (drafts.length === 0 && !lacksSome) return null;
  return (
    <section class="card" aria-labelledby="drafts-to-test">
      <h2 id="drafts-to-test">Drafts to test</h2>
      {lacksSome && (
        <p class="warn">Some drafts of this address are not known here. Choose the drafts again.</p>
      )}
      <ol>
        {drafts.map((draft) => {
          const found = typed.filter(({ ads }) => ads.some(({ draftId }) => draftId === draft.id));
          return (
            <li>
              <bdi>{nameOf(draft)}</bdi>{' '}
              <span class="muted">
                {found.length === 0
                  ? '(no ad has these texts yet)'
                  : found.map(({ key, name }) => (
                      <>
                        in <a href={`#test-${key}`}>{name.trim() || 'a test without a name'}</a>{' '}
                      </>
                    ))}
              </span>
            </li>
          );
        })}
      </ol>
      <p class="muted">
        Say in a test which of its ads was made from which draft. The test then records the draft, and its end
        counts for the patterns that the draft uses. <Link href="/experiments/new">Without drafts</Link>
      </p>
    </section>
  );
}

/** The drafts that the form goes on with. */
export function HiddenDrafts({ drafts }: Pick<DraftFacts, 'drafts'>) {
  return (
    <>
      {drafts.map(({ id }) => (
        <input type="hidden" name="draft" value={id} />
      ))}
    </>
  );
}

/** A choice per ad. */
export function DraftOfEachAd(props: {
  typed: TypedTest;
  names: ReadonlyMap<string, string>;
  drafts: DraftsToTest;
  mayAct: boolean;
}) {
  const { typed, names, drafts, mayAct } = props;
  if (drafts.length === 0) return null;
  return (
    <fieldset disabled={!mayAct}>
      <legend>Which draft each ad was made from. Its texts then count, not those below</legend>
      <div class="asked">
        {typed.ads.map(({ adId, draftId }) => (
          <label>
            <span>{names.get(adId) ?? `Ad ${adId}`}</span>
            <select name={`draft.${typed.key}.${adId}`}>
              <option value="">none</option>
              {drafts.map((draft, place) => (
                <option value={draft.id} selected={draft.id === draftId}>
                  Draft {place + 1}: {nameOf(draft)}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function nameOf({ creative: { headline, hook, text } }: DraftsToTest[number]): string {
  const letters = [...(headline ?? hook ?? text ?? 'without a text').replace(/\s+/g, ' ')];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : letters.join('');
}
