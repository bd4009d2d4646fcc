/** What was forecast of a test before its first look, and what came out. */
import type { ExperimentForecastJson } from '../../api/forecasts/responses.js';
import { adName, shortAdName } from '../../domain/ad-name.js';
import { isCost, type Reader } from '../format.js';
import { ChanceBar } from '../parts/chance-bar.js';
import { Figure, Instant } from '../parts/figures.js';
import { IntervalBar, scaleOf } from '../parts/interval-bar.js';
import { Percent, percentRange } from '../parts/percents.js';
import { Word } from '../words/word.js';
import type { StatusJson } from './read.js';

type Made = NonNullable<ExperimentForecastJson['forecast']>;
type Score = NonNullable<ExperimentForecastJson['score']>;

interface Props {
  experiment: StatusJson;
  reader: Reader;
}

export function ForecastBeforeStart({
  experiment,
  reader,
  answer,
}: Props & { answer: ExperimentForecastJson }) {
  const { forecast, score, message } = answer;
  return (
    <section class="card" aria-labelledby="forecast">
      <h2 id="forecast">Forecast before the first look</h2>
      {forecast === null ? (
        <p class="note">{message}</p>
      ) : (
        <>
          <p class="muted">
            Made <Instant iso={forecast.made_at} reader={reader} />
            {forecast.model_version !== null && (
              <>
                {' '}
                by version{' '}
                <Figure field="model_version" value={forecast.model_version}>
                  {forecast.model_version}
                </Figure>{' '}
                of the model
              </>
            )}
            . A <Word of="forecast">forecast</Word> is advice from the texts alone: no decision and no budget
            uses it.
          </p>
          {forecast.notes.map((note) => (
            <p class="note">{note}</p>
          ))}
          {forecast.evidence !== 'none' && (
            <Known forecast={forecast} score={score} experiment={experiment} />
          )}
          <Outcome forecast={forecast} score={score} message={message} experiment={experiment} />
        </>
      )}
    </section>
  );
}

function Known({
  forecast,
  score,
  experiment,
}: Pick<Props, 'experiment'> & { forecast: Made; score: Score | null }) {
  const { drafts } = forecast;
  const { variants, policy } = experiment;
  const fractions = drafts.map(({ interval_pct: [low, high] }): [number, number] => [low / 100, high / 100]);
  const most = scaleOf(fractions);
  return (
    <>
      <p>{forecast.evidence_message}</p>
      <section class="table" tabindex={0} aria-label="Forecast of each ad">
        <table>
          <thead>
            <tr>
              <th scope="col">Ad</th>
              <th scope="col">
                <Word of="chance_best">Chance to be best</Word>
              </th>
              <th scope="col">Expected difference from the mean of the ads, with its 90 % interval</th>
              {score && <th scope="col">Measured</th>}
            </tr>
          </thead>
          <tbody>
            {drafts.map(({ id, chance_best, expected_pct, interval_pct }, place) => (
              <tr data-draft={id}>
                <th scope="row">{adName(variants, id)}</th>
                <td>
                  <ChanceBar field="chance_best" chance={chance_best} />
                </td>
                <td>
                  <IntervalBar lift={expected_pct / 100} interval={fractions[place]!} most={most} />{' '}
                  <span class="nowrap">
                    <Percent field="expected_pct" value={expected_pct} /> ({percentRange(interval_pct)})
                  </span>
                </td>
                {score && <td>{score.measured_best.includes(id) ? 'best' : ''}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {isCost(policy.objective) && (
        <p class="muted">
          Here a difference is that of the results for the same money: at +100 % one costs half.
        </p>
      )}
      <Reasons drafts={drafts} variants={variants} />
    </>
  );
}

/** Signed contributions; they and the remainder multiply to what is expected. */
function Reasons({ drafts, variants }: Pick<Made, 'drafts'> & Pick<StatusJson, 'variants'>) {
  if (drafts.every(({ reasons }) => reasons.length === 0)) {
    return (
      <p class="muted">
        No attribute with a name explains the difference: it is what the model reads in the texts as a whole.
      </p>
    );
  }
  return (
    <>
      <h3>Why</h3>
      <div class="columns">
        {drafts.map(({ id, reasons, remainder_message }) => (
          <section aria-label={`Why, for ${adName(variants, id)}`}>
            <h4>{shortAdName(variants, id)}</h4>
            <ul>
              {reasons.map(({ message }) => (
                <li>{message}</li>
              ))}
              <li class="muted">{remainder_message}</li>
            </ul>
          </section>
        ))}
      </div>
      <p class="muted">
        The lines of an ad multiply to what is expected of it. They are reasons of the model, not proof.
      </p>
    </>
  );
}

function Outcome({
  forecast,
  score,
  message,
  experiment,
}: Pick<Props, 'experiment'> & { forecast: Made; score: Score | null; message: string }) {
  if (score === null) return <p class="muted">{message}</p>;
  const { measured_best: best, first_choice: choice } = score;
  const names = (ids: readonly string[]) =>
    ids.map((id) => shortAdName(experiment.variants, id)).join(' and ');
  const wasRight = choice?.ids.some((id) => best.includes(id)) ?? false;
  return (
    <>
      <h3>What came out</h3>
      <p class={wasRight ? 'good' : 'note'}>
        {best.length > 1 ? `${names(best)} measured equally best.` : `${names(best)} measured best.`}{' '}
        {choice === null
          ? 'The forecast preferred none.'
          : wasRight
            ? 'That was the first choice of the forecast.'
            : `The first choice of the forecast was ${names(choice.ids)}.`}
      </p>
      {choice && (
        <p>
          <Word of="first_choice">Lift of the first choice</Word>, its rate against the mean of the other
          {experiment.variants.length > 2 ? ' ads' : ' ad'}:{' '}
          <Percent field="lift_pct" value={choice.lift_pct} /> (90 % interval{' '}
          {percentRange(choice.interval_pct)}).
        </p>
      )}
      {forecast.evidence !== 'none' && <Scores score={score} />}
    </>
  );
}

function Scores({ score }: { score: Score }) {
  const rows = [
    {
      name: 'Brier score (0 is best, 2 worst)',
      value: score.brier,
      even: score.uniform_brier,
      field: 'brier',
    },
    {
      name: 'Log score (0 is best)',
      value: score.log_score,
      even: score.uniform_log_score,
      field: 'log_score',
    },
  ];
  return (
    <details>
      <summary>Scores of this forecast</summary>
      <dl>
        {rows.map(({ name, value, even, field }) => (
          <>
            <dt>{name}</dt>
            <dd>
              <Figure field={field} value={value}>
                {value.toFixed(3)}
              </Figure>
              , against {even.toFixed(3)} for equal chances
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}
