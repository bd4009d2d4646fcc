/** The ads that fit no test, by what keeps them from it, with the cure. */
import type { ProposalsJson } from '../../api/setup/responses.js';
import { Link } from '../parts/links.js';
import { AdName } from './ad-table.js';

type Unfit = ProposalsJson['unfit'][number];

export function UnfitAds({ unfit }: { unfit: readonly Unfit[] }) {
  if (unfit.length === 0) return null;
  return (
    <section class="card" aria-labelledby="unfit-title">
      <h2 id="unfit-title">Ads that fit no test</h2>
      <section class="table" tabindex={0} aria-labelledby="unfit-title">
        <table>
          <caption>What keeps each ad from a test, and what cures it</caption>
          <thead>
            <tr>
              <th scope="col">Ad</th>
              <th scope="col">Campaign</th>
              <th scope="col">Why</th>
              <th scope="col">Cure</th>
            </tr>
          </thead>
          <tbody>
            {unfit.map((ad) => (
              <tr>
                <th scope="row">
                  <AdName ad={ad} />
                </th>
                <td>{ad.campaign?.name}</td>
                <td>
                  {ad.reasons.map(({ message }) => (
                    <p>{message}</p>
                  ))}
                  {ad.ad_set?.experiment_id && (
                    <Link href={`/experiments/${encodeURIComponent(ad.ad_set.experiment_id)}`}>
                      Open the test
                    </Link>
                  )}
                </td>
                <td>
                  {ad.reasons.map(({ cure }) => (
                    <p>{cure}</p>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
