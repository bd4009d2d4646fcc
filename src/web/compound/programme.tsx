/** How the tests went and what they saved. */
import type { FullReport } from '../../api/reports/to-json.js';
import { currencyOffset } from '../../domain/budget.js';
import { count, money, percent, type Reader, share } from '../format.js';
import { Figure } from '../parts/figures.js';
import { Link } from '../parts/links.js';
import { Ends, Told } from './told.js';

const lift = (value: number) => percent(value / 100);

export function Programme({ report, reader }: { report: FullReport; reader: Reader }) {
  const { promotion_rate, confidence, improvement, false_positives, hours_to_promotion, tests_managed } =
    report;
  const hours = (value: number) => `${count(value, reader)} h`;
  return (
    <section class="card" aria-labelledby="programme">
      <h2 id="programme">How the tests went</h2>
      <dl>
        <Told name="Tests managed" message={tests_managed.message}>
          <Figure field="tests_managed_total" value={tests_managed.total}>
            {tests_managed.total}
          </Figure>
        </Told>
        <Told name="Promotion rate" message={promotion_rate.message}>
          {promotion_rate.rate !== null && promotion_rate.interval && (
            <>
              <Figure field="promotion_rate" value={promotion_rate.rate}>
                {share(promotion_rate.rate)}
              </Figure>
              <Ends field="promotion_rate_interval" interval={promotion_rate.interval} text={share} />
            </>
          )}
        </Told>
        <Told name="Average confidence" message={confidence.message}>
          {confidence.average !== null && (
            <Figure field="confidence_average" value={confidence.average}>
              {confidence.average}
            </Figure>
          )}
        </Told>
        <Told name="Average improvement" message={improvement.message}>
          {improvement.shrunk_avg_pct !== null && improvement.shrunk_interval_pct && (
            <>
              <Figure field="improvement_shrunk_avg_pct" value={improvement.shrunk_avg_pct}>
                {lift(improvement.shrunk_avg_pct)}
              </Figure>
              <Ends
                field="improvement_shrunk_interval_pct"
                interval={improvement.shrunk_interval_pct}
                text={lift}
              />
            </>
          )}
        </Told>
        <Told name="False winners, expected" message={false_positives.message}>
          {false_positives.expected_rate !== null && (
            <Figure field="false_positives_expected_rate" value={false_positives.expected_rate}>
              {share(false_positives.expected_rate)}
            </Figure>
          )}
        </Told>
        <Told
          name="False winners, observed"
          message="The share of verifications that showed the winner to be worse."
        >
          {false_positives.observed_rate !== null && false_positives.observed_interval && (
            <>
              <Figure field="false_positives_observed_rate" value={false_positives.observed_rate}>
                {share(false_positives.observed_rate)}
              </Figure>
              <Ends
                field="false_positives_observed_interval"
                interval={false_positives.observed_interval}
                text={share}
              />
            </>
          )}
        </Told>
        <Told
          name="Verified winners"
          message="The share of verifications that confirmed the winner on new data. A winner that is not confirmed may still be better: a week is short."
        >
          {false_positives.replicated_rate !== null && false_positives.replicated_interval && (
            <>
              <Figure field="false_positives_replicated_rate" value={false_positives.replicated_rate}>
                {share(false_positives.replicated_rate)}
              </Figure>
              <Ends
                field="false_positives_replicated_interval"
                interval={false_positives.replicated_interval}
                text={share}
              />
            </>
          )}
        </Told>
        <Told name="Time to promotion" message={hours_to_promotion.message}>
          {hours_to_promotion.median !== null && (
            <>
              median{' '}
              <Figure field="hours_to_promotion_median" value={hours_to_promotion.median}>
                {hours(hours_to_promotion.median)}
              </Figure>
              {hours_to_promotion.quartiles && (
                <Ends
                  field="hours_to_promotion_quartiles"
                  interval={hours_to_promotion.quartiles}
                  text={hours}
                  level="quartiles"
                />
              )}
            </>
          )}
        </Told>
      </dl>
    </section>
  );
}

export function Saved({ report, reader }: { report: FullReport; reader: Reader }) {
  const { savings, manual_work } = report;
  const amount = (currency: string) => (value: number) =>
    money(Math.round(value * currencyOffset(currency)), currency, reader);
  return (
    <section class="card" aria-labelledby="saved">
      <h2 id="saved">What it saved</h2>
      <dl>
        <Told name="Money saved" message={savings.message}>
          {savings.totals.length > 0 &&
            savings.totals.map(({ currency, saved, interval }) => (
              <p>
                <Figure field="savings_saved" value={saved}>
                  {amount(currency)(saved)}
                </Figure>
                <Ends field="savings_interval" interval={interval} text={amount(currency)} />
              </p>
            ))}
        </Told>
        <Told name="Work saved" message={manual_work.message}>
          <Figure field="manual_work_hours" value={manual_work.hours}>
            {count(manual_work.hours, reader)} h
          </Figure>
        </Told>
      </dl>
      {savings.tests.length > 0 && (
        <section class="table" tabindex={0} aria-label="Savings of each test">
          <table class="wordy">
            <caption>Verified promotions, by what they saved</caption>
            <thead>
              <tr>
                <th scope="col">Test</th>
                <th scope="col" class="number">
                  Outcomes gained
                </th>
                <th scope="col" class="number">
                  Cost per outcome of the loser
                </th>
                <th scope="col" class="number">
                  Saved
                </th>
              </tr>
            </thead>
            <tbody>
              {savings.tests.map((one) => (
                <tr data-saving={one.experiment_id}>
                  <th scope="row">
                    <Link href={`/experiments/${one.experiment_id}`}>{one.experiment_name}</Link>
                  </th>
                  <td class="number">
                    <Figure field="outcomes_gained" value={one.outcomes_gained}>
                      {count(one.outcomes_gained, reader)} {one.outcome}
                    </Figure>
                  </td>
                  <td class="number">
                    <Figure field="cost_per_outcome" value={one.cost_per_outcome}>
                      {amount(one.currency)(one.cost_per_outcome)}
                    </Figure>
                  </td>
                  <td class="number">
                    <Figure field="saved" value={one.saved}>
                      {amount(one.currency)(one.saved)}
                    </Figure>
                    <Ends field="saved_interval" interval={one.interval} text={amount(one.currency)} />
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
