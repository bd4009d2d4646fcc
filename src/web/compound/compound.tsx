/** What all tests have gained together: the believed figure first, the others beside it, each with its interval. */
import type { FullReport, ReportJson } from '../../api/reports/to-json.js';
import { percent, type Reader, share } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { IntervalBar } from '../parts/interval-bar.js';
import { Link } from '../parts/links.js';
import { Word } from '../words/word.js';
import { CompoundChart } from './compound-chart.js';
import { Learned } from './learned.js';
import { Programme, Saved } from './programme.js';
import { Ends } from './told.js';

export function Compound({ report, reader }: { report: ReportJson; reader: Reader }) {
  if (!('prior_scale' in report)) {
    return (
      <>
        <h1>Results</h1>
        <p class="note">{report.message}</p>
      </>
    );
  }
  return (
    <>
      <h1>Results</h1>
      <section class="card" aria-labelledby="together">
        <h2 id="together" class="verdict">
          {report.message}
        </h2>
        <p class="muted">
          The lifts of all promoted tests, multiplied. Each is the lift of one test's ads over their own
          control, so this is not the growth of the whole account.
        </p>
        <Lifts report={report} />
        <CompoundChart claimed={report.improvement_trend} shrunk={report.shrunk_improvement_trend} />
        <p class="muted">
          The line is what to believe; the dashed line is what the tests measured. The chart has the last ten
          promotions at most.
        </p>
      </section>
      <section class="card" aria-labelledby="trust">
        <h2 id="trust">How far to trust it</h2>
        <dl>
          <dt>Promotions by the rule that stand</dt>
          <dd>
            <Count field="successful_promotions" value={report.successful_promotions} />
          </dd>
          <dt>Verified on the live control</dt>
          <dd>
            <Count field="verified_promotions" value={report.verified_promotions} />, not verified{' '}
            <Count field="not_verified_promotions" value={report.not_verified_promotions} />, reverted{' '}
            <Count field="reverted_promotions" value={report.reverted_promotions} />
          </dd>
          <dt>Tests without a winner</dt>
          <dd>
            <Count field="without_winner" value={report.without_winner} />
          </dd>
          <dt>Expected share of promotions without a true lift</dt>
          <dd>
            <Share field="false_positive_rate" value={report.false_positive_rate} />
            {report.false_positive_bound !== null && (
              <>
                {' '}
                (the errors of the rules alone allow{' '}
                <Share field="false_positive_bound" value={report.false_positive_bound} />)
              </>
            )}
          </dd>
        </dl>
        {report.prior_note && <p class="note">{report.prior_note}</p>}
      </section>
      <Programme report={report} reader={reader} />
      <Saved report={report} reader={reader} />
      <Learned report={report} />
      <Promotions report={report} reader={reader} />
      <Forced report={report} />
    </>
  );
}

function Lifts({ report }: { report: FullReport }) {
  const counted = report.successful_promotions;
  const verified = report.promotions.filter(
    (one) => one.verified_improvement_pct !== null && !one.forced,
  ).length;
  const rows = [
    {
      name: `Believed (${promotions(counted)})`,
      field: 'shrunk_compound_improvement_pct',
      value: report.shrunk_compound_improvement_pct,
      interval: report.shrunk_compound_improvement_interval_pct,
      meaning: 'shrunk: what is left after luck is taken out',
    },
    {
      name: `Measured (${promotions(counted)})`,
      field: 'compound_improvement_pct',
      value: report.compound_improvement_pct,
      interval: report.compound_improvement_interval_pct,
      meaning:
        'as each test measured it when its ad was promoted: too large, because winners were also lucky. Its interval is for one look; that on the page of a test holds for repeated looks and is wider',
    },
    {
      name: `Verified (${verified} of ${promotions(counted)})`,
      field: 'verified_compound_improvement_pct',
      value: report.verified_compound_improvement_pct,
      interval: report.verified_compound_improvement_interval_pct,
      meaning:
        'the verified promotions alone, so it is no part of the figures above: from the test and from new data after the rollout',
    },
    {
      name: `Luck (${tests(report.luck_tests)})`,
      field: 'luck_compound_improvement_pct',
      value: report.luck_compound_improvement_pct,
      interval: report.luck_compound_improvement_interval_pct,
      meaning:
        'what as many tests of equal ads would claim on average. Most such sets of tests claim nothing and a few claim much, so the average can lie outside the range of 95 % of them',
    },
  ];
  const most = Math.max(
    0.1,
    ...rows.flatMap(({ interval }) => interval?.map((end) => Math.abs(end) / 100) ?? []),
  );
  return (
    <section class="table" tabindex={0} aria-label="Compound lifts">
      <table class="wordy">
        <caption>Compound lift of all promotions that stand</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" class="number">
              Lift
            </th>
            <th scope="col">95 % interval</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, field, value, interval, meaning }) => (
            <tr>
              <th scope="row">{name}</th>
              <td class="number">{value === null ? 'none yet' : <Lift field={field} value={value} />}</td>
              <td>
                {value !== null && interval && (
                  <>
                    <IntervalBar
                      lift={value / 100}
                      interval={[interval[0] / 100, interval[1] / 100]}
                      most={most}
                    />{' '}
                    <span class="nowrap">
                      {percent(interval[0] / 100)} to {percent(interval[1] / 100)}
                    </span>
                  </>
                )}
              </td>
              <td class="muted">{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The promotions behind the figures. */
function Promotions({ report, reader }: { report: FullReport; reader: Reader }) {
  if (report.promotions.length === 0) return null;
  return (
    <section class="card" aria-labelledby="promotions">
      <h2 id="promotions">Promotions that are counted</h2>
      <section class="table" tabindex={0} aria-label="Promotions that are counted">
        <table>
          <thead>
            <tr>
              <th scope="col">Test</th>
              <th scope="col">First budget change</th>
              <th scope="col" class="number">
                <Word of="believed">Believed</Word>
              </th>
              <th scope="col" class="number">
                <Word of="measured">Measured</Word>
              </th>
              <th scope="col">Verification</th>
            </tr>
          </thead>
          <tbody>
            {report.promotions.map((one) => (
              <tr data-experiment={one.experiment_id}>
                <th scope="row">
                  <Link href={`/experiments/${one.experiment_id}`}>{one.experiment_name}</Link>
                  {one.forced && ' (by force: not in the figures above)'}
                  {one.control_won && ' (the control won: counts as 0)'}
                </th>
                <td>
                  <Instant iso={one.promoted_at} reader={reader} />
                </td>
                <td class="number">
                  <Lift field="shrunk_improvement_pct" value={one.shrunk_improvement_pct} />
                </td>
                <td class="number">
                  <Lift field="improvement_pct" value={one.improvement_pct} />
                </td>
                <td>
                  {one.verified_improvement_pct === null ? (
                    one.verification === null ? (
                      <span class="muted">no result yet</span>
                    ) : (
                      'not verified'
                    )
                  ) : (
                    <>
                      verified: <Lift field="verified_improvement_pct" value={one.verified_improvement_pct} />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="muted">
        A reverted or stopped promotion is not counted, nor is one that was withdrawn before its first budget
        change.
      </p>
    </section>
  );
}

function Lift({ field, value }: { field: string; value: number }) {
  return (
    <Figure field={field} value={value}>
      {percent(value / 100)}
    </Figure>
  );
}

function promotions(count: number): string {
  return `${count} promotion${count === 1 ? '' : 's'}`;
}

function tests(count: number): string {
  return `${count} test${count === 1 ? '' : 's'}`;
}

function Forced({ report }: { report: FullReport }) {
  const { forced } = report;
  if (forced === null) return null;
  return (
    <section class="card" aria-labelledby="forced">
      <h2 id="forced">Promoted by force</h2>
      <p>
        <Count field="forced_promotions" value={report.forced_promotions} />{' '}
        {report.forced_promotions === 1
          ? 'promotion that someone forced is'
          : 'promotions that people forced are'}{' '}
        in none of the figures above. Measured together:{' '}
        <Figure field="forced_compound_improvement_pct" value={forced.compound_improvement_pct}>
          {percent(forced.compound_improvement_pct / 100)}
        </Figure>
        <Ends
          field="forced_compound_improvement_interval_pct"
          interval={forced.compound_improvement_interval_pct}
          text={(end) => percent(end / 100)}
        />
        ; believed:{' '}
        <Figure field="forced_shrunk_compound_improvement_pct" value={forced.shrunk_compound_improvement_pct}>
          {percent(forced.shrunk_compound_improvement_pct / 100)}
        </Figure>
        <Ends
          field="forced_shrunk_compound_improvement_interval_pct"
          interval={forced.shrunk_compound_improvement_interval_pct}
          text={(end) => percent(end / 100)}
        />
        . Verified: <Count field="forced_verified_promotions" value={forced.verified_promotions} />
        {forced.verified_compound_improvement_pct !== null &&
          forced.verified_compound_improvement_interval_pct && (
            <>
              , with{' '}
              <Figure
                field="forced_verified_compound_improvement_pct"
                value={forced.verified_compound_improvement_pct}
              >
                {percent(forced.verified_compound_improvement_pct / 100)}
              </Figure>
              <Ends
                field="forced_verified_compound_improvement_interval_pct"
                interval={forced.verified_compound_improvement_interval_pct}
                text={(end) => percent(end / 100)}
              />
            </>
          )}
        .
      </p>
    </section>
  );
}

function Count({ field, value }: { field: string; value: number }) {
  return (
    <Figure field={field} value={value}>
      {value}
    </Figure>
  );
}

function Share({ field, value }: { field: string; value: number | null }) {
  if (value === null) return <>not known</>;
  return (
    <Figure field={field} value={value}>
      {share(value)}
    </Figure>
  );
}
