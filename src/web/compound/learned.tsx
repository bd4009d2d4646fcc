/** Whether the tests add up to knowledge: the curve over tests, the pattern library, insights. */
import type { FullReport } from '../../api/reports/to-json.js';
import { percent, share } from '../format.js';
import { Figure } from '../parts/figures.js';
import { Link } from '../parts/links.js';
import { Word } from '../words/word.js';
import { Ends, Told } from './told.js';

const lift = (value: number) => percent(value / 100);
const STATE_WORDS = {
  holds: 'hold',
  candidate: 'not established',
  contradicted: 'contradicted',
  retired: 'retired',
} as const;
const WORD_STATES = Object.keys(STATE_WORDS) as (keyof typeof STATE_WORDS)[];

export function Learned({ report }: { report: FullReport }) {
  const { pattern_library: library, insights, forecasts } = report;
  return (
    <section class="card" aria-labelledby="learned">
      <h2 id="learned">What the tests taught</h2>
      <dl>
        <Told name="Patterns" message={library.message}>
          {library.size > 0 && (
            <>
              <Figure field="pattern_library_size" value={library.size}>
                {library.size}
              </Figure>
              :{' '}
              {WORD_STATES.map((state, place) => (
                <>
                  {place > 0 && ', '}
                  <Figure field={`pattern_library_${state}`} value={library.by_state[state]}>
                    {library.by_state[state]} {STATE_WORDS[state]}
                  </Figure>
                </>
              ))}
            </>
          )}
        </Told>
        <Told
          name="Success of patterns"
          message={`Uses whose ad won its test: ${library.wins} of ${library.uses}. A use in a test without a winner counts as not won.`}
        >
          {library.success_rate !== null && library.success_interval && (
            <>
              <Figure field="pattern_library_success_rate" value={library.success_rate}>
                {share(library.success_rate)}
              </Figure>
              <Ends
                field="pattern_library_success_interval"
                interval={library.success_interval}
                text={share}
                level="90 % interval"
              />
            </>
          )}
        </Told>
        <Told name="Forecasts" message={forecasts.message}>
          <Link href="/learn">what was learned</Link>
        </Told>
        <Told name="Insights" message={insights.message}>
          <Figure field="insights_extracted" value={insights.by_status.extracted}>
            {insights.by_status.extracted} by Claude
          </Figure>
          ,{' '}
          <Figure field="insights_offline" value={insights.by_status.offline}>
            {insights.by_status.offline} offline
          </Figure>
          ,{' '}
          <Figure field="insights_failed" value={insights.by_status.failed}>
            {insights.by_status.failed} failed
          </Figure>
        </Told>
        <Told
          name="Cost of Claude this month"
          message="All questions of this calendar month (UTC), those for drafts too. In US dollars, because Claude is paid in them."
        >
          <Figure field="insights_cost_this_month_usd" value={insights.cost_this_month_usd}>
            USD {insights.cost_this_month_usd.toFixed(2)}
          </Figure>
        </Told>
      </dl>
      <Curve curve={report.lift_curve} />
    </section>
  );
}

function Curve({ curve }: { curve: FullReport['lift_curve'] }) {
  const reached = curve.bands.filter(({ promotions }) => promotions > 0);
  return (
    <>
      <h3>Lifts of winners, by the tests before them</h3>
      <p class="muted">{curve.message}</p>
      {reached.length > 0 && (
        <section class="table" tabindex={0} aria-label="Lifts by the tests before them">
          <table>
            <thead>
              <tr>
                <th scope="col">Tests before</th>
                <th scope="col" class="number">
                  Promotions
                </th>
                <th scope="col" class="number">
                  <Word of="believed">Believed</Word> on average
                </th>
                <th scope="col" class="number">
                  <Word of="measured">Measured</Word>
                </th>
              </tr>
            </thead>
            <tbody>
              {reached.map((band) => (
                <tr data-band={band.from}>
                  <th scope="row">
                    {band.to === null ? `${band.from} or more` : `${band.from} to ${band.to - 1}`}
                  </th>
                  <td class="number">
                    <Figure field="band_promotions" value={band.promotions}>
                      {band.promotions}
                    </Figure>
                  </td>
                  <td class="number">
                    {band.shrunk_avg_pct === null || band.shrunk_interval_pct === null ? (
                      <span class="muted">too few</span>
                    ) : (
                      <>
                        <Figure field="band_shrunk_avg_pct" value={band.shrunk_avg_pct}>
                          {lift(band.shrunk_avg_pct)}
                        </Figure>
                        <Ends
                          field="band_shrunk_interval_pct"
                          interval={band.shrunk_interval_pct}
                          text={lift}
                        />
                      </>
                    )}
                  </td>
                  <td class="number">
                    {band.avg_pct === null ? (
                      <span class="muted">too few</span>
                    ) : (
                      <Figure field="band_avg_pct" value={band.avg_pct}>
                        {lift(band.avg_pct)}
                      </Figure>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
