/** Drafts that were asked for before. */
import type { DraftSetJson } from '../../api/drafts/responses.js';
import type { Reader } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { Link } from '../parts/links.js';

const SOURCE_NAMES: Record<DraftSetJson['source'], string> = {
  claude: 'Claude',
  offline: 'the service, without Claude',
};

export function EarlierSets({ sets, reader }: { sets: readonly DraftSetJson[]; reader: Reader }) {
  return (
    <section class="card" aria-labelledby="earlier">
      <h2 id="earlier">Earlier drafts</h2>
      {sets.length === 0 ? (
        <p class="note">No drafts have been asked for yet.</p>
      ) : (
        <section class="table" tabindex={0} aria-labelledby="earlier">
          <table>
            <thead>
              <tr>
                <th scope="col">For</th>
                <th scope="col" class="number">
                  Drafts
                </th>
                <th scope="col" class="number">
                  Worth a test
                </th>
                <th scope="col">Written by</th>
                <th scope="col">Start from</th>
                <th scope="col">Asked for</th>
              </tr>
            </thead>
            <tbody>
              {sets.map((set) => (
                <tr data-set={set.set_id}>
                  <th scope="row" class="any">
                    <Link href={`/drafts/${encodeURIComponent(set.set_id)}`}>
                      <bdi>{set.brief.product}</bdi>
                    </Link>
                  </th>
                  <td class="number">
                    <Figure field="drafts" value={set.drafts.length}>
                      {set.drafts.length}
                    </Figure>
                  </td>
                  <td class="number">
                    <Figure field="worth_testing" value={set.worth_testing.length}>
                      {set.worth_testing.length}
                    </Figure>
                  </td>
                  <td>{SOURCE_NAMES[set.source]}</td>
                  <td>{set.starts_from?.experiment_name ?? 'the brief alone'}</td>
                  <td>
                    <Instant iso={set.made_at} reader={reader} /> <span class="label">by {set.by}</span>
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
