/** Which ad of a new test is likely to be best by its texts. */
import type { PreviewJson } from '../../api/setup/responses.js';
import { ChanceBar } from '../parts/chance-bar.js';
import { Percent, percentRange } from '../parts/percents.js';
import { Word } from '../words/word.js';

/** The largest say most. */
const SHOWN_REASONS = 3;

export function TextForecast({
  forecast,
  names,
}: {
  forecast: PreviewJson['forecast'];
  /** Names of the ads, by id. */
  names: ReadonlyMap<string, string>;
}) {
  const { note, ads, pair, evidence_message: learned } = forecast;
  return (
    <section aria-label="Forecast by the texts">
      <h3>
        <Word of="forecast">Forecast</Word> by the texts
      </h3>
      {note !== null && <p class="muted">{note}</p>}
      {ads.length > 0 && (
        <>
          <ul class="forecast">
            {ads.map(({ ad_id: id, chance_best, expected_pct, interval_pct, reasons }) => (
              <li data-draft={id}>
                {names.get(id) ?? `Ad ${id}`}: <ChanceBar field="chance_best" chance={chance_best} />{' '}
                <Word of="chance_best">chance to be best</Word>{' '}
                <span class="muted">
                  (rate against the mean of the ads: <Percent field="expected_pct" value={expected_pct} />, 90
                  % interval {percentRange(interval_pct)})
                </span>
                {reasons.length > 0 && (
                  <ul>
                    {reasons.slice(0, SHOWN_REASONS).map((reason) => (
                      <li>{reason}</li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
          </ul>
          {pair && <p class={pair.looks_hopeless ? 'warn' : ''}>{pair.message}</p>}
          <p class="muted">{learned} It is advice: no decision and no budget uses it.</p>
        </>
      )}
    </section>
  );
}
