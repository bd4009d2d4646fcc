/** What a test would find and do, in words and money. */
import type { PreviewJson } from '../../api/setup/responses.js';
import { chanceText, count, percent, type Reader, share } from '../format.js';
import { Figure, Money } from '../parts/figures.js';
import { TextForecast } from './text-forecast.js';

const DAY_MS = 86_400_000;

type Rollout = PreviewJson['rollouts'][number];

interface Props {
  preview: PreviewJson;
  /** Names of the ads, by id. */
  names: ReadonlyMap<string, string>;
  /** Names of the ads, by the id of their ad set. */
  byAdSet: ReadonlyMap<string, string>;
  currency: string;
  reader: Reader;
}

export function WhatItDoes(props: Props) {
  const { problems, warnings, power, earlier_delivery: earlier, rollouts } = props.preview;
  // The first is that of the control, which changes least: that of a challenger says more.
  const [shown, ...others] = [...rollouts].sort(
    (a, b) => Number(a.winner_variant_id === 'control') - Number(b.winner_variant_id === 'control'),
  );
  return (
    <section aria-label="What it would do">
      {problems.length > 0 && (
        <div class="error">
          <p>It can't start like this:</p>
          <ul>
            {problems.map(({ message }) => (
              <li>{message}</li>
            ))}
          </ul>
        </div>
      )}
      {earlier.counted_from && <p class="warn">{earlier.message}</p>}
      {power.warning ? (
        <div class="warn">
          <p>{power.warning.message}</p>
          {power.warning.helps.length > 0 && (
            <>
              <p>What would help:</p>
              <ul>
                {power.warning.helps.map((help) => (
                  <li>{help}</li>
                ))}
              </ul>
            </>
          )}
        </div>
      ) : (
        <p>{power.message}</p>
      )}
      {warnings.map((warning) => (
        <p class="warn">{warning}</p>
      ))}
      {power.chances && (
        <Chances chances={power.chances} countedFrom={earlier.counted_from} reader={props.reader} />
      )}
      <TextForecast forecast={props.preview.forecast} names={props.names} />
      {shown && <h3>What would move</h3>}
      {shown && <Phases rollout={shown} {...props} />}
      {others.length > 0 && (
        <details>
          <summary>If another ad wins</summary>
          {others.map((rollout) => (
            <Phases rollout={rollout} {...props} />
          ))}
        </details>
      )}
    </section>
  );
}

function Chances({
  chances,
  countedFrom,
  reader,
}: {
  chances: NonNullable<PreviewJson['power']['chances']>;
  /** The start, if delivery before the handover counts: then some of the days have passed. */
  countedFrom: string | null;
  reader: Reader;
}) {
  const passed = countedFrom === null ? 0 : (reader.now - Date.parse(countedFrom)) / DAY_MS;
  return (
    <section class="table" tabindex={0} aria-label="Chances">
      <table>
        <caption>The chance of finding an ad that is better by so much</caption>
        <thead>
          <tr>
            <th scope="col">Better by</th>
            {chances.map(({ shown_lift: lift }) => (
              <th scope="col" class="number">
                <Figure field="shown_lift" value={lift}>
                  {lift < 0 ? `${share(-lift)} less` : percent(lift)}
                </Figure>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Chance</th>
            {chances.map(({ chance }) => (
              <td class="number">
                <Figure field="chance" value={chance}>
                  {chanceText(chance)}
                </Figure>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{countedFrom === null ? 'Days' : 'Days from now'}</th>
            {chances.map(({ days }) => (
              <td class="number">
                <Figure field="days" value={days}>
                  {count(Math.max(0, Math.round((days - passed) * 10) / 10), reader)}
                </Figure>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

function Phases({ rollout, names, byAdSet, currency, reader }: Props & { rollout: Rollout }) {
  const { winner_ad_id: winner, refusal, phases, largest_step: step, at_risk: risk } = rollout;
  if (refusal !== null) {
    return (
      <p class="note">
        If {names.get(winner) ?? winner} wins, no budget is moved: {refusal}
      </p>
    );
  }
  return (
    <>
      <p>If {names.get(winner) ?? winner} wins, its budget per day becomes:</p>
      <ol class="phases">
        {phases.map(({ phase, wait_hours: wait, budgets }) => {
          const own = budgets.find(({ variant_id: id }) => id === rollout.winner_variant_id);
          const rest = budgets
            .filter((one) => one !== own)
            .reduce((sum, { daily_budget_cents: amount }) => sum + amount, 0);
          return (
            <li>
              {own && (
                <Money
                  field="phase_budget_cents"
                  amount={own.daily_budget_cents}
                  currency={currency}
                  reader={reader}
                />
              )}{' '}
              <span class="muted">
                ({phase} %{wait === 0 ? ', at once' : `, ${wait} h later`}; the{' '}
                {budgets.length > 2 ? 'others have' : 'other has'}{' '}
                <Money field="phase_rest_cents" amount={rest} currency={currency} reader={reader} />)
              </span>
            </li>
          );
        })}
      </ol>
      <p class="muted">
        {step && (
          <>
            The largest step, in phase {step.phase}, multiplies the budget of {byAdSet.get(step.ad_set_id)} by{' '}
            <Figure field="factor" value={step.factor}>
              {count(step.factor, reader)}
            </Figure>
            .{' '}
          </>
        )}
        {risk?.message}
      </p>
    </>
  );
}
