/** The ads of a test, with what they delivered lately. */
import type { AdJson, ProposalJson } from '../../api/setup/responses.js';
import { count, type Reader } from '../format.js';
import { Figure, Money } from '../parts/figures.js';
import { Picture } from '../parts/links.js';

export function AdTable({
  proposal,
  controlAdId,
  currency,
  reader,
}: {
  proposal: ProposalJson;
  controlAdId: string;
  currency: string;
  reader: Reader;
}) {
  return (
    // A table that is wider than a phone scrolls, also by keyboard.
    <section class="table" tabindex={0} aria-label={`Ads of ${proposal.experiment.name}`}>
      <table>
        <caption>The ads, with today and the six days before it</caption>
        <thead>
          <tr>
            <th scope="col">Ad</th>
            <th scope="col">Role</th>
            <th scope="col" class="number">
              Budget per day
            </th>
            <th scope="col" class="number">
              Impressions
            </th>
            <th scope="col" class="number">
              Link clicks
            </th>
            <th scope="col" class="number">
              Spend
            </th>
            <th scope="col" class="number">
              Conversions
            </th>
          </tr>
        </thead>
        <tbody>
          {proposal.ads.map((ad) => (
            <tr>
              <th scope="row">
                <AdName ad={ad} />
              </th>
              <td>{ad.ad_id === controlAdId ? 'control' : 'challenger'}</td>
              <td class="number">
                {ad.ad_set.daily_budget_cents !== null && (
                  <Money
                    field="daily_budget_cents"
                    amount={ad.ad_set.daily_budget_cents}
                    currency={currency}
                    reader={reader}
                  />
                )}
              </td>
              <td class="number">
                <Figure field="impressions" value={ad.last_7_days.impressions}>
                  {count(ad.last_7_days.impressions, reader)}
                </Figure>
              </td>
              <td class="number">
                <Figure field="link_clicks" value={ad.last_7_days.link_clicks}>
                  {count(ad.last_7_days.link_clicks, reader)}
                </Figure>
              </td>
              <td class="number">
                <Money
                  field="spend_cents"
                  amount={ad.last_7_days.spend_cents}
                  currency={currency}
                  reader={reader}
                />
              </td>
              <td class="number">
                <Figure field="conversions" value={ad.last_7_days.conversions}>
                  {count(ad.last_7_days.conversions, reader)}
                </Figure>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The ad's picture with its name and headline. */
export function AdName({ ad }: { ad: Pick<AdJson, 'name' | 'creative' | 'thumbnail'> }) {
  return (
    <span class="ad">
      {ad.thumbnail && (
        <Picture src={ad.thumbnail} alt="" width={48} height={48} loading="lazy" decoding="async" />
      )}
      <span>
        {ad.name}
        {ad.creative.title && ad.creative.title !== ad.name && <span class="label">{ad.creative.title}</span>}
      </span>
    </span>
  );
}
