/** What the model has learned, and what its forecasts have been worth here. */
import type { ModelJson } from '../../api/model/responses.js';
import { count, type Reader, share } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { IntervalBar, scaleOf } from '../parts/interval-bar.js';
import { Percent, percentRange } from '../parts/percents.js';
import { Word } from '../words/word.js';
import { CalibrationChart, type FilledBin, filledBins } from './calibration-chart.js';
import { CurveChart, learnedText } from './curve-chart.js';

type WorthJson = ModelJson['worth'];

export function Worth({ status, reader }: { status: ModelJson; reader: Reader }) {
  const { worth } = status;
  const bins = filledBins(worth.calibration);
  const { right, wrong } = worth.pairs;
  return (
    <section class="card" aria-labelledby="worth">
      <h2 id="worth">What the forecasts are worth here</h2>
      <p class={`verdict ${CLASS_OF[worth.verdict]}`}>{worth.message}</p>
      <dl>
        <dt>Forecasts compared with their outcome</dt>
        <dd>
          <Figure field="tests" value={worth.tests}>
            {count(worth.tests, reader)}
          </Figure>
          {worth.since && (
            <>
              , since <Instant iso={worth.since} reader={reader} />
            </>
          )}
          {worth.knew_nothing > 0 && (
            <>
              ; not counted:{' '}
              <Figure field="knew_nothing" value={worth.knew_nothing}>
                {count(worth.knew_nothing, reader)}
              </Figure>{' '}
              that knew nothing
            </>
          )}
        </dd>
        {worth.lift_of_first_choice && (
          <>
            <dt>
              <Word of="first_choice" />
            </dt>
            <dd>
              <IntervalBar
                lift={worth.lift_of_first_choice.pct / 100}
                interval={fractions(worth.lift_of_first_choice.interval_pct)}
                most={scaleOf([fractions(worth.lift_of_first_choice.interval_pct)])}
              />{' '}
              <Percent field="lift_of_first_choice" value={worth.lift_of_first_choice.pct} /> (90 % interval,
              valid at every look: {percentRange(worth.lift_of_first_choice.interval_pct)})
            </dd>
          </>
        )}
        {right + wrong > 0 && (
          <>
            <dt>Pairs of ads that a test told apart</dt>
            <dd>
              the forecast preferred the one with the higher rate in{' '}
              <Figure field="pairs_right" value={right}>
                {right}
              </Figure>{' '}
              of {right + wrong} ({share(right / (right + wrong))})
            </dd>
          </>
        )}
      </dl>
      {worth.tests === 0 ? (
        <p class="muted">
          Each new test gets a forecast before its first look. When the test is decided, the forecast is
          compared with the outcome, and the result appears here.
        </p>
      ) : (
        <>
          <div class="columns">
            <Calibration bins={bins} />
            <Curve curve={worth.curve} />
          </div>
          <Scores worth={worth} />
        </>
      )}
    </section>
  );
}

const CLASS_OF: Record<WorthJson['verdict'], string> = {
  worth: 'good',
  worth_nothing: 'warn',
  not_shown: 'note',
  too_few: 'note',
};

/** Of the curve, at least. */
const SHOWN_STEPS = 4;

function Calibration({ bins }: { bins: readonly FilledBin[] }) {
  if (bins.length === 0) return null;
  return (
    <div>
      <h3>
        <Word of="calibration">Do the chances come true?</Word>
      </h3>
      <CalibrationChart bins={bins} />
      <p class="muted">
        On the dashed line, chances come true as often as they say. The upright lines are twice the error that
        luck alone explains.
      </p>
      <details>
        <summary>Calibration as a table</summary>
        <section class="table" tabindex={0} aria-label="Calibration">
          <table>
            <thead>
              <tr>
                <th scope="col">Forecast chance</th>
                <th scope="col" class="number">
                  Ads
                </th>
                <th scope="col" class="number">
                  Mean chance
                </th>
                <th scope="col" class="number">
                  Were best
                </th>
                <th scope="col" class="number">
                  Error by luck
                </th>
              </tr>
            </thead>
            <tbody>
              {bins.map(({ low, high, count: ads, forecast, happened, error }) => (
                <tr>
                  <th scope="row">
                    {Math.round(low * 100)} to {Math.round(high * 100)} %
                  </th>
                  <td class="number">
                    <Figure field="calibration_count" value={ads}>
                      {ads}
                    </Figure>
                  </td>
                  <td class="number">{share(forecast)}</td>
                  <td class="number">
                    <Figure field="happened" value={happened}>
                      {share(happened)}
                    </Figure>
                  </td>
                  <td class="number">± {share(error)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </div>
  );
}

function Curve({ curve }: { curve: WorthJson['curve'] }) {
  const known = curve.filter(({ tests }) => tests > 0);
  const last = curve.findLastIndex(({ lift }) => lift !== null);
  if (last === -1) return null;
  return (
    <div>
      <h3>Does learning help?</h3>
      <CurveChart curve={curve.slice(0, Math.max(SHOWN_STEPS, last + 1))} />
      <p class="muted">
        The lift of the first choice by the number of own tests that the model had learned from, with 90 %
        intervals. If learning helps, it rises to the right.
      </p>
      <details>
        <summary>The lift of the first choice as a table</summary>
        <section class="table" tabindex={0} aria-label="Lift by tests learned from">
          <table>
            <thead>
              <tr>
                <th scope="col">Own tests learned from</th>
                <th scope="col" class="number">
                  Forecasts
                </th>
                <th scope="col" class="number">
                  Lift of the first choice
                </th>
                <th scope="col">90 % interval</th>
              </tr>
            </thead>
            <tbody>
              {known.map((point) => (
                <tr>
                  <th scope="row">{learnedText(point)}</th>
                  <td class="number">
                    <Figure field="curve_tests" value={point.tests}>
                      {point.tests}
                    </Figure>
                  </td>
                  <td class="number">
                    {point.lift ? <Percent field="curve_lift" value={point.lift.pct} /> : 'too few'}
                  </td>
                  <td>{point.lift && percentRange(point.lift.interval_pct)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </div>
  );
}

function Scores({ worth }: { worth: WorthJson }) {
  const rows = [
    { name: 'Brier score (0 is best, 2 worst)', field: 'brier', score: worth.brier },
    { name: 'Log score (0 is best)', field: 'log_score', score: worth.log_score },
  ];
  if (rows.every(({ score }) => score === null)) return null;
  return (
    <details>
      <summary>Scores of all forecasts</summary>
      <dl>
        {rows.map(
          ({ name, field, score }) =>
            score && (
              <>
                <dt>{name}</dt>
                <dd>
                  <Figure field={field} value={score.mean}>
                    {score.mean.toFixed(3)}
                  </Figure>
                  , against {score.uniform.toFixed(3)} for equal chances: {Math.abs(score.gain).toFixed(3)}{' '}
                  {score.gain < 0 ? 'higher' : 'lower'} on average (90 % interval of the difference{' '}
                  {score.gain_interval.map((end) => end.toFixed(3)).join(' to ')})
                </dd>
              </>
            ),
        )}
      </dl>
    </details>
  );
}

/** What it was learned from, and what the encoder lacks. */
export function Model({
  status: { model, encoder, learned_elsewhere: elsewhere },
  reader,
}: {
  status: ModelJson;
  reader: Reader;
}) {
  return (
    <section class="card" aria-labelledby="model">
      <h2 id="model">What was learned</h2>
      {model === null ? (
        <p>
          No test of your own has been learned from yet. That begins when tests with different texts have
          ended.
        </p>
      ) : (
        <dl>
          <dt>Model</dt>
          <dd>
            version{' '}
            <Figure field="version" value={model.version}>
              {model.version}
            </Figure>
            , made <Instant iso={model.made_at} reader={reader} />
          </dd>
          <dt>Learned from</dt>
          <dd>
            <Figure field="training_tests" value={model.training_set.tests}>
              {count(model.training_set.tests, reader)}
            </Figure>{' '}
            tests with {count(model.training_set.texts, reader)} texts
            {model.training_set.rate !== null &&
              `, decided by ${model.training_set.rate}; tests of other rates are left out`}
          </dd>
          <dt>Checked on tests that were held back</dt>
          <dd>
            {model.accuracy === null ? (
              'no test told two of its ads apart yet'
            ) : (
              <>
                of {count(model.pairs, reader)} pairs of ads that a test told apart, it prefers the one with
                the higher rate in{' '}
                <Figure field="accuracy" value={model.accuracy}>
                  {share(model.accuracy)}
                </Figure>
              </>
            )}
          </dd>
        </dl>
      )}
      {elsewhere !== null && (
        <p>
          {model === null ? 'Until then forecasts' : 'Beside these, forecasts'} rest on what was learned
          elsewhere, from {elsewhere}. It counts for less, the more of your own tests have ended.
        </p>
      )}
      {encoder.problem && <p class="warn">{encoder.problem}</p>}
      {encoder.setting !== null && (
        <p class="muted">
          Read by the encoder {encoder.setting}:{' '}
          <Figure field="encoded" value={encoder.encoded}>
            {count(encoder.encoded, reader)}
          </Figure>{' '}
          of {count(encoder.texts, reader)} texts of decided tests.
        </p>
      )}
    </section>
  );
}

function fractions([low, high]: readonly [number, number]): [number, number] {
  return [low / 100, high / 100];
}
