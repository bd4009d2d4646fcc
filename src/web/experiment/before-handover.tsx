/** What the ads delivered before the handover, and whether it counts. */
import { adName } from '../../domain/ad-name.js';
import type { Reader } from '../format.js';
import { Instant, Money } from '../parts/figures.js';
import { CountCell } from '../parts/metric-cells.js';
import type { StatusJson } from './read.js';

export function BeforeHandover(props: {
  experiment: StatusJson;
  reader: Reader;
  /** Whether the reader may see why someone counted it. */
  withRecord: boolean;
}) {
  const { experiment, reader, withRecord } = props;
  const { earlier_delivery: earlier, currency } = experiment;
  if (earlier === null) return null;
  const { from, to, read_at: readAt } = earlier;
  // Meta has answered, and there was nothing.
  if (readAt !== null && from === null && !earlier.counted) return null;
  return (
    <section class="card" aria-labelledby="before-handover">
      <h2 id="before-handover">Before the handover</h2>
      <p class={earlier.counted ? 'warn' : 'note'}>{earlier.message}</p>
      {withRecord && earlier.reason && <p>The reason on record: {earlier.reason}</p>}
      {from && to && readAt && (
        <div class="table">
          <table>
            <caption>
              From <Instant iso={from} reader={reader} /> to <Instant iso={to} reader={reader} />, as Meta had
              it <Instant iso={readAt} reader={reader} />
            </caption>
            <thead>
              <tr>
                <th scope="col">Ad</th>
                {['Impressions', 'Link clicks', 'Conversions', 'Spend'].map((name) => (
                  <th scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {earlier.variants.map((ad) => (
                <tr data-earlier={ad.variant_id}>
                  <th scope="row">{adName(experiment.variants, ad.variant_id)}</th>
                  <CountCell field="impressions" value={ad.impressions} reader={reader} />
                  <CountCell field="link_clicks" value={ad.link_clicks} reader={reader} />
                  <CountCell field="conversions" value={ad.conversions} reader={reader} />
                  <td class="number">
                    <Money field="spend_cents" amount={ad.spend_cents} currency={currency} reader={reader} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
